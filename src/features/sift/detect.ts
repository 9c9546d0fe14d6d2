/** Every extremum of a scale space's differences, refined or rejected. */

import type { Plane } from '../../tensor/index.ts'
import { type ScaleSpace, scaleExtrema } from '../scale-space/index.ts'
import type { Candidate } from './keypoint.ts'
import { border, type Limits, refine } from './refine.ts'

/**
 * In the order octave, layer, row, column. One that settles where another did already is a `duplicate`.
 * @param threshold pixels of a smaller |D| are not looked at; grey values from 0 to 255
 */
export function detect(space: ScaleSpace, limits: Limits, threshold: number): readonly Candidate[] {
  const candidates: Candidate[] = []
  space.octaves.forEach(({ difference }, octave) => {
    const { width, height } = difference[0] as Plane
    const taken = new Set<number>()
    for (let layer = 1; layer <= space.layers; layer++)
      for (const index of scaleExtrema(space, octave, layer, border, threshold)) {
        const site = { octave, layer, column: index % width, row: Math.floor(index / width) }
        const candidate = refine(space, site, limits)
        const { settled } = candidate
        const key = (settled.layer * height + settled.row) * width + settled.column
        const twice = candidate.outcome === 'kept' && taken.has(key)
        if (candidate.outcome === 'kept') taken.add(key)
        candidates.push(twice ? { ...candidate, outcome: 'duplicate' } : candidate)
      }
  })
  return candidates
}
