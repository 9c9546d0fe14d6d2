/** The programs that the gradient family asks: the gradient at the image, or at the chosen layer. */

import { FoveaError } from '../../error/index.ts'
import type { Layer } from '../../models/index.ts'
import type { Asked, Study } from '../study.ts'

/** Answers `gradient`, [1, …] as the image lies. */
export const imageGradient = (study: Study): Promise<Asked> =>
  study.open({
    name: 'gradient',
    wants: () => [{ at: study.vision.pixels.name }],
    write: ({ gradient }) => ({ gradient }),
  })

/** Answers `gradient` and `value` at the layer, [1, C, h, w]. */
export const layerGradient = (study: Study): Promise<Asked> =>
  study.open({
    name: 'layer-gradient',
    wants: () => [{ at: layerOf(study).name }],
    write: ({ gradient, value }) => ({ gradient, value }),
  })

export function layerOf({ layer }: Study): Layer {
  if (layer) return layer.layer
  throw new FoveaError('FOVEA_INTERNAL', 'A layer method was opened without a layer.')
}
