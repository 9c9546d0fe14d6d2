/** One search display of each kind with the first place attention goes to: with N(.), and with the plain average. */

import { circle } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { type IttiKochOptions, ittiKoch, mapStep } from './itti-koch.ts'
import { type Display, displays, type PopOut, popOut } from './pop-out.ts'

/** The display's pixel where the saliency map is greatest. */
export function firstPlace(map: Plane): { readonly x: number; readonly y: number } {
  const best = map.data.reduce((at, v, i) => (v > (map.data[at] as number) ? i : at), 0)
  return { x: (best % map.width) * mapStep, y: Math.floor(best / map.width) * mapStep }
}

/** A hit: the first place lies at most this far, in pixels, from the centre of the odd bar (a bar is 40 long). */
export const hitRadius = 45

/** Whether the first place of the display `seed` is the odd bar. */
export function findsOddBar(display: Display, seed: number, options: Partial<IttiKochOptions> = {}): boolean {
  const { image, target } = popOut(display, seed)
  const place = firstPlace(ittiKoch(image, options).saliency)
  return Math.hypot(place.x - target.x, place.y - target.y) <= hitRadius
}

export function popOutStages(seed: number): Stage[] {
  return [...displays, 'red among green' as const].map((display) => {
    const shown = popOut(display, seed)
    const peaks = firstPlace(ittiKoch(shown.image).saliency)
    const plain = firstPlace(ittiKoch(shown.image, { normalization: 'none' }).saliency)
    return {
      name: display,
      caption: `white: first look with N(.): ${verdict(peaks, shown)}; yellow: plain`,
      picture: marked(shown.image, peaks, plain),
    }
  })
}

type Place = ReturnType<typeof firstPlace>

const verdict = (place: Place, { target }: PopOut) =>
  Math.hypot(place.x - target.x, place.y - target.y) <= hitRadius ? 'found' : 'missed'

function marked(image: Image, peaks: Place, plain: Place): Image {
  const target = { ...image, data: image.data.slice() }
  circle(target, [plain.x, plain.y], 40, { color: [246, 201, 69], width: 4 })
  circle(target, [peaks.x, peaks.y], 34, { color: [255, 255, 255], width: 4 })
  return target
}
