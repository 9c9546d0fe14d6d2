import type { Method } from '../method.ts'
import { dRise } from './d-rise.ts'
import { featureAblation } from './feature-ablation.ts'
import { hsic } from './hsic.ts'
import { kernelShap } from './kernel-shap.ts'
import { lime } from './lime.ts'
import { occlusion } from './occlusion.ts'
import { predictionDifference } from './prediction-difference.ts'
import { rise } from './rise.ts'
import { selfTaught } from './self-taught.ts'
import { shapleySampling } from './shapley-sampling.ts'
import { sobol } from './sobol.ts'
import { xrai } from './xrai.ts'

export { type Detection, similarity } from './detections.ts'

/** What the model answers when parts of the image are hidden. */
export const perturbationMethods: readonly Method[] = [
  occlusion,
  rise,
  dRise,
  featureAblation,
  shapleySampling,
  kernelShap,
  lime,
  sobol,
  hsic,
  predictionDifference,
  selfTaught,
  xrai,
]
