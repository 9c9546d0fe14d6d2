import type { Method } from '../method.ts'
import { blurIntegratedGradients } from './blur-integrated-gradients.ts'
import { conductance } from './conductance.ts'
import { expectedGradients } from './expected-gradients.ts'
import { fullGrad } from './full-grad.ts'
import { gradientXActivation } from './gradient-x-activation.ts'
import { guidedIntegratedGradients } from './guided-integrated-gradients.ts'
import { inputXGradient } from './input-x-gradient.ts'
import { integratedGradients } from './integrated-gradients.ts'
import { internalInfluence } from './internal-influence.ts'
import { saliency } from './saliency.ts'
import { smoothGrad } from './smooth-grad.ts'
import { smoothGradSquared } from './smooth-grad-squared.ts'
import { varGrad } from './var-grad.ts'

/** Gradients at the image and at layers, and sums of them along paths and over noise. */
export const gradientMethods: readonly Method[] = [
  saliency,
  inputXGradient,
  smoothGrad,
  smoothGradSquared,
  varGrad,
  integratedGradients,
  blurIntegratedGradients,
  guidedIntegratedGradients,
  expectedGradients,
  fullGrad,
  gradientXActivation,
  internalInfluence,
  conductance,
]
