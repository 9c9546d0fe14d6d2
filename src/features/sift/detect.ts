/** Every extremum of a scale space's differences, refined or rejected. */

import type { Plane } from '../../tensor/index.ts'
import type { Borrowed, ScaleSpace } from '../scale-space/index.ts'
import type { Candidate } from './keypoint.ts'
import { border, type Limits, refine } from './refine.ts'

/**
 * In the order octave, layer, row, column. One that settles where another did already is a `duplicate`.
 * @param threshold pixels of a smaller |D| are not looked at; grey values from 0 to 255
 */
export function detect(
  space: ScaleSpace,
  { planes, octaves }: Borrowed,
  limits: Limits,
  threshold: number,
): readonly Candidate[] {
  const candidates: Candidate[] = []
  octaves.forEach(({ step, difference }, octave) => {
    const { width, height } = difference[0] as Plane
    const stack = { planes: difference, step, layers: space.layers, sigma: space.sigma }
    const taken = new Set<number>()
    for (let layer = 1; layer <= space.layers; layer++) {
      const [below, at, above] = difference.slice(layer - 1, layer + 2) as [Plane, Plane, Plane]
      for (const index of planes.extrema(below, at, above, border, threshold)) {
        const site = { octave, layer, column: index % width, row: Math.floor(index / width) }
        const candidate = refine(stack, site, limits)
        const { settled } = candidate
        const key = (settled.layer * height + settled.row) * width + settled.column
        const twice = candidate.outcome === 'kept' && taken.has(key)
        if (candidate.outcome === 'kept') taken.add(key)
        candidates.push(twice ? { ...candidate, outcome: 'duplicate' } : candidate)
      }
    }
  })
  return candidates
}
