/** kernel.c behind typed arrays, in memory that is lent for it. */

import type { Plane } from '../../tensor/index.ts'
import type { Doubling, Rows } from './kernel-twin.ts'
import { open } from './memory.ts'
import { type SiftExports, siftBytes, siftLoops } from './sift-loops.ts'

interface Exports extends SiftExports {
  blur(from: number, to: number, difference: number, w: number, h: number, k: number, r: number, scratch: number): void
  enlarge(from: number, to: number, w: number, h: number, weights: number, mirror: number, scratch: number): void
  extrema(
    ...args: [
      below: number,
      at: number,
      above: number,
      w: number,
      h: number,
      border: number,
      threshold: number,
      out: number,
      room: number,
    ]
  ): number
  nearest(
    ...args: [
      query: number,
      queryNorms: number,
      queries: number,
      data: number,
      norms: number,
      groups: number,
      count: number,
      dim: number,
      out: number,
    ]
  ): void
}

/** Planes in one memory, and the kernels' loops over them. `floats`: of all planes; `scratch`: floats; `side`: the longest. */
export function simdPlanes(floats: number, count: number, scratch: number, side: number) {
  const sift = siftBytes(side)
  const { kernel, buffer, take, close } = open<Exports>(4 * (floats + scratch) + 64 * (count + 3) + 1024 + sift)
  const work = take(4 * scratch)
  const taps = take(4 * 256)
  const at = (plane: Plane | null) => plane?.data.byteOffset ?? 0
  return {
    close,
    ...siftLoops(kernel, buffer, take(sift), side),
    plane(width: number, height: number): Plane {
      return { width, height, data: new Float32Array(buffer, take(4 * width * height), width * height) }
    },
    blur(from: Plane, to: Plane, difference: Plane | null, weights: Float32Array): void {
      new Float32Array(buffer, taps, weights.length).set(weights)
      kernel.blur(at(from), at(to), at(difference), from.width, from.height, taps, weights.length - 1, work)
    },
    enlarge(from: Plane, to: Plane, { weights, mirror }: Doubling): void {
      new Float32Array(buffer, taps, 6).set(weights)
      kernel.enlarge(at(from), at(to), from.width, from.height, taps, mirror ? 1 : 0, work)
    },
    /** null when the scratch cannot hold them all. */
    extrema(below: Plane, here: Plane, above: Plane, border: number, threshold: number): Int32Array | null {
      const { width, height } = here
      const count = kernel.extrema(at(below), at(here), at(above), width, height, border, threshold, work, scratch)
      return count > scratch ? null : new Int32Array(buffer, work, count).slice()
    },
  }
}

export function simdNearest(query: Rows, rows: Rows, groups: Int32Array): Int32Array {
  const parts = [query.data, query.norms, rows.data, rows.norms, groups]
  const { kernel, buffer, take, close } = open<Exports>(
    parts.reduce((sum, part) => sum + part.byteLength + 64, 16 * query.count + 64),
  )
  const [q, qn, r, rn, g] = parts.map((part) => {
    const at = take(part.byteLength)
    new Uint8Array(buffer, at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
    return at
  }) as [number, number, number, number, number]
  const out = take(16 * query.count)
  kernel.nearest(q, qn, query.count, r, rn, g, rows.count, rows.dim, out)
  const found = new Int32Array(buffer, out, 4 * query.count).slice()
  close()
  return found
}
