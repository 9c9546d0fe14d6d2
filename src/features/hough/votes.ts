/** Reading an accumulator in both directions: where a pixel's votes went, and whose votes a cell holds. */

import { roundEven } from '../round-even.ts'
import type { EdgeMap } from './edge-map.ts'
import type { Accumulator } from './lines.ts'

/** For each angle the index of the distance that the pixel (x, y) votes for: a sinusoid through the accumulator. */
export function votesOf({ angles, cosines, sines, zero }: Accumulator, x: number, y: number): Int32Array {
  return Int32Array.from({ length: angles }, (_, n) => {
    const rho = Math.fround(Math.fround(x * (cosines[n] as number)) + Math.fround(y * (sines[n] as number)))
    return zero + roundEven(rho)
  })
}

/** The edge pixels (indices into the map) that voted for a cell. */
export function votersOf(accumulator: Accumulator, edges: EdgeMap, angle: number, distance: number): Int32Array {
  const { cosines, sines, zero } = accumulator
  const found: number[] = []
  for (let i = 0; i < edges.data.length; i++) {
    if (!edges.data[i]) continue
    const x = i % edges.width
    const across = Math.fround(x * (cosines[angle] as number))
    const down = Math.fround(((i - x) / edges.width) * (sines[angle] as number))
    if (zero + roundEven(Math.fround(across + down)) === distance) found.push(i)
  }
  return Int32Array.from(found)
}

/**
 * Votes for circles of one radius: every edge pixel votes for all centres at that distance, divided by the number of
 * pixels on the circle; 1 where all of it lies on edges. OpenCV has no such table; it is made for the picture.
 */
export function radiusVotes({ width, height, data }: EdgeMap, radius: number): Float32Array {
  const offsets = circleOffsets(radius)
  const votes = new Float32Array(width * height)
  const one = 1 / offsets.length
  for (let i = 0; i < data.length; i++) {
    if (!data[i]) continue
    const x = i % width
    const y = (i - x) / width
    for (const [dx, dy] of offsets) {
      const u = x + dx
      const v = y + dy
      if (u >= 0 && v >= 0 && u < width && v < height) votes[v * width + u] = (votes[v * width + u] as number) + one
    }
  }
  return votes
}

/** The pixels whose distance from (0, 0) rounds to the radius along the longer axis, each once. */
function circleOffsets(radius: number): [number, number][] {
  const seen = new Map<string, [number, number]>()
  const steps = Math.max(8, Math.ceil(8 * radius))
  for (let k = 0; k < steps; k++) {
    const angle = (2 * Math.PI * k) / steps
    const offset: [number, number] = [Math.round(radius * Math.cos(angle)), Math.round(radius * Math.sin(angle))]
    seen.set(offset.join(), offset)
  }
  return [...seen.values()]
}
