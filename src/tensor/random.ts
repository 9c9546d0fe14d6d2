/**
 * Random numbers by counter: number i of a stream is a pure function of (seed, stream, i), so that Node, WebAssembly and
 * WebGPU, any batch size and any order draw the same. Generator: Philox-4x32-10 (Salmon et al., SC 2011).
 */

export interface Random {
  /** Uniform in [0, 1), 24 bits, so that it is exact in float32. */
  uniform(index: number): number
  /** Standard normal (Box-Muller over the pair that `index` belongs to). */
  normal(index: number): number
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
  return { uniform, normal }
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
  out.set([a, b, c, d])
}

/** The high 32 bits of a 64-bit product, in 16-bit halves. */
function mulHigh(x: number, y: number): number {
  const xl = x & 0xffff
  const xh = x >>> 16
  const yl = y & 0xffff
  const yh = y >>> 16
  const middle = xh * yl + ((xl * yl) >>> 16)
  const carry = xl * yh + (middle & 0xffff)
  return (xh * yh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0
}
