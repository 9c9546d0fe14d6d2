/** png.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested against. */

export function twin(data: Uint8Array | Uint8ClampedArray, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array((stride + 1) * height)
  const rows = Array.from({ length: 5 }, () => new Uint8Array(stride))
  const [none, sub, upper, average, paeth] = rows as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  for (let y = 0; y < height; y++) {
    const sums = [0, 0, 0, 0, 0] as [number, number, number, number, number]
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i
      const value = data[at] as number
      const left = i >= step ? (data[at - step] as number) : 0
      const up = y > 0 ? (data[at - stride] as number) : 0
      const corner = i >= step && y > 0 ? (data[at - stride - step] as number) : 0
      sums[0] += size((none[i] = value))
      sums[1] += size((sub[i] = (value - left) & 255))
      sums[2] += size((upper[i] = (value - up) & 255))
      sums[3] += size((average[i] = (value - ((left + up) >> 1)) & 255))
      sums[4] += size((paeth[i] = (value - nearest(left, up, corner)) & 255))
    }
    const best = sums.indexOf(Math.min(...sums))
    out[y * (stride + 1)] = best
    out.set(rows[best] as Uint8Array, y * (stride + 1) + 1)
  }
  return out
}

/** The magnitude of a byte that stands for -128 to 127. */
const size = (byte: number) => (byte < 128 ? byte : 256 - byte)

/** Paeth's predictor: of the three neighbours the one nearest to left + up - corner. */
function nearest(left: number, up: number, corner: number): number {
  const a = Math.abs(up - corner)
  const b = Math.abs(left - corner)
  const c = Math.abs(left + up - 2 * corner)
  return a <= b && a <= c ? left : b <= c ? up : corner
}
