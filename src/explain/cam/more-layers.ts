/** The option to look at several layers at once: the map has the size of the chosen one, the others are laid over it. */

import { findLayer } from '../../models/index.ts'
import type { Value } from '../../onnx/index.ts'
import type { Option, Options } from '../options.ts'
import type { ProgramView } from '../program-view.ts'
import type { ForwardFacts, Want } from '../recipe.ts'
import { resized } from './weighing.ts'

export const alsoOption: Option<string> = {
  default: '',
  describe: "more layers to combine with the chosen one, by name, with commas; the map has the chosen one's size",
}

/** @throws FoveaError FOVEA_LAYER for a name that is no layer */
export function layerWants({ vision, layer }: ForwardFacts, { also }: Options): Want[] {
  const more = String(also)
    .split(',')
    .flatMap((name) => (name.trim() === '' ? [] : [findLayer(vision.layers, name.trim()).name]))
  return [...new Set([layer?.name ?? '', ...more])].map((at) => ({ at }))
}

/** A map [N, h, w] at the size of the chosen layer, half-pixel bilinear. */
export function atSize(view: ProgramView, map: Value): Value {
  const { height = 0, width = 0 } = view.facts.layer ?? {}
  return resized(view, map, [height, width])
}
