/**
 * Random numbers by counter: number i of a stream is a pure function of (seed, stream, i), so that Node, WebAssembly and
 * WebGPU, any batch size and any order draw the same. Generator: Philox-4x32-10 (Salmon et al., SC 2011).
 */

export interface Random {
  /** Uniform in [0, 1), 24 bits, so that it is exact in float32. */
  uniform(index: number): number
  /** Standard normal (Box-Muller over the pair that `index` belongs to). */
  normal(index: number): number
  /** `normal(0)` to `normal(count - 1)`, each pair at once. */
  normals(count: number): Float64Array
  /** `uniform(0)` to `uniform(count - 1)`. */
  uniforms(count: number): Float64Array
}

/** @param stream an independent sequence of the same seed, for instance a sample's number */
export function random(seed: number, stream = 0): Random {
  const block = new Uint32Array(4)
  let cached = -1
  const word = (index: number): number => {
    const counter = Math.floor(index / 4)
    if (counter !== cached) {
      philox(block, counter, stream, seed)
      cached = counter
    }
    return block[index % 4] as number
  }
  const uniform = (index: number) => (word(index) >>> 8) * 2 ** -24
  const normal = (index: number) => {
    const even = index - (index % 2)
    const radius = Math.sqrt(-2 * Math.log(1 - uniform(even)))
    const angle = 2 * Math.PI * uniform(even + 1)
    return radius * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle))
  }
  const uniforms = (count: number) => {
    const out = new Float64Array(count)
    const words = new Uint32Array(4)
    for (let i = 0; i < count; i += 4) {
      philox(words, i / 4, stream, seed)
      for (let k = 0; k < 4 && i + k < count; k++) out[i + k] = ((words[k] as number) >>> 8) * 2 ** -24
    }
    return out
  }
  const normals = (count: number) => {
    const out = uniforms(count + (count % 2))
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - (out[i] as number)))
      const angle = 2 * Math.PI * (out[i + 1] as number)
      out[i] = radius * Math.cos(angle)
      out[i + 1] = radius * Math.sin(angle)
    }
    return out.subarray(0, count)
  }
  return { uniform, normal, normals, uniforms }
}

function philox(out: Uint32Array, counter: number, stream: number, seed: number): void {
  let a = counter >>> 0
  let b = Math.floor(counter / 2 ** 32) >>> 0
  let c = stream >>> 0
  let d = Math.floor(stream / 2 ** 32) >>> 0
  let k0 = seed >>> 0
  let k1 = Math.floor(seed / 2 ** 32) >>> 0
  for (let round = 0; round < 10; round++) {
    const highA = mulHigh(0xd2511f53, a)
    const lowA = Math.imul(0xd2511f53, a) >>> 0
    const highC = mulHigh(0xcd9e8d57, c)
    const lowC = Math.imul(0xcd9e8d57, c) >>> 0
    a = (highC ^ b ^ k0) >>> 0
    b = lowC
    c = (highA ^ d ^ k1) >>> 0
    d = lowA
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  out[0] = a
  out[1] = b
  out[2] = c
  out[3] = d
}

/** The high 32 bits of a 64-bit product, in 16-bit halves: no partial sum leaves 32 bits. */
function mulHigh(x: number, y: number): number {
  const xl = x & 0xffff
  const xh = x >>> 16
  const yl = y & 0xffff
  const yh = y >>> 16
  const middle = (Math.imul(xh, yl) + (Math.imul(xl, yl) >>> 16)) >>> 0
  const carry = (Math.imul(xl, yh) + (middle & 0xffff)) >>> 0
  return (Math.imul(xh, yh) + (middle >>> 16) + (carry >>> 16)) >>> 0
}
