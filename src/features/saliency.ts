/** The bottom-up saliency models by name, for what works with any of them. */

import type { Image, Plane } from '../tensor/index.ts'
import { gbvs } from './gbvs/index.ts'
import { enlarge, ittiKoch, mapStep } from './itti-koch/index.ts'
import { spectralResidual } from './spectral-residual/index.ts'

export const saliencyModels = ['itti-koch', 'gbvs', 'spectral-residual'] as const
export type SaliencyModel = (typeof saliencyModels)[number]

/** With the model's defaults, at the model's own resolution, covering the whole image. Not negative. */
export function saliencyOf(image: Image, model: SaliencyModel): Plane {
  if (model === 'gbvs') return gbvs(image).saliency
  if (model === 'spectral-residual') return spectralResidual(image).saliency
  const found = ittiKoch(image)
  return enlarge(found.saliency, found.image.width, found.image.height, mapStep)
}
