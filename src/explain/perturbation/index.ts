import type { Method } from '../method.ts'
import { featureAblation } from './feature-ablation.ts'
import { hsic } from './hsic.ts'
import { kernelShap } from './kernel-shap.ts'
import { lime } from './lime.ts'
import { occlusion } from './occlusion.ts'
import { rise } from './rise.ts'
import { shapleySampling } from './shapley-sampling.ts'
import { sobol } from './sobol.ts'

/** What the model answers when parts of the image are hidden. */
export const perturbationMethods: readonly Method[] = [
  occlusion,
  rise,
  featureAblation,
  shapleySampling,
  kernelShap,
  lime,
  sobol,
  hsic,
]
