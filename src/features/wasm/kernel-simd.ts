/** kernel.c (and the memory of hog-kernel.c) behind typed arrays: one WebAssembly instance and one memory of fixed size per use, freed together with it. */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { kernelBytes } from './kernel-bytes.ts'
import type { Doubling, Rows } from './kernel-twin.ts'

interface Exports {
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

const bytes = () => Uint8Array.from(atob(kernelBytes), (c) => c.charCodeAt(0))
let module: WebAssembly.Module | undefined

/** Whether this machine's WebAssembly knows 128-bit SIMD. */
export function hasSimd(): boolean {
  if (module) return true
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes())) return false
  module = new WebAssembly.Module(bytes())
  return true
}

const slack = 64
const page = 65536

/** A memory of at least `size` bytes beyond the kernel's own, handed out piece by piece. */
export function open<Loops>(size: number) {
  module ??= new WebAssembly.Module(bytes())
  const pages = Math.ceil((size + slack) / page) + 2
  let memory: WebAssembly.Memory
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  } catch (cause) {
    const message = `There is no memory for ${Math.ceil(size / 2 ** 20)} MiB of planes; use a smaller image.`
    throw new FoveaError('FOVEA_IMAGE_TOO_LARGE', message, {}, cause)
  }
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports
  let top = (exports.__heap_base as WebAssembly.Global).value as number
  const take = (length: number): number => {
    const at = Math.ceil(top / 64) * 64
    top = at + length
    return at
  }
  return { kernel: exports as unknown as Loops, buffer: memory.buffer as ArrayBuffer, take }
}

/** Planes in one memory, and the kernel's loops over them. `floats`: of all planes; `scratch`: floats, see blurScratch. */
export function simdPlanes(floats: number, count: number, scratch: number) {
  const { kernel, buffer, take } = open<Exports>(4 * (floats + scratch) + 64 * (count + 2) + 1024)
  const work = take(4 * scratch)
  const taps = take(4 * 256)
  const at = (plane: Plane | null) => plane?.data.byteOffset ?? 0
  return {
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
  const { kernel, buffer, take } = open<Exports>(
    parts.reduce((sum, part) => sum + part.byteLength + 64, 16 * query.count + 64),
  )
  const [q, qn, r, rn, g] = parts.map((part) => {
    const at = take(part.byteLength)
    new Uint8Array(buffer, at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
    return at
  }) as [number, number, number, number, number]
  const out = take(16 * query.count)
  kernel.nearest(q, qn, query.count, r, rn, g, rows.count, rows.dim, out)
  return new Int32Array(buffer, out, 4 * query.count).slice()
}
