/**
 * hog-kernel.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested
 * against. Every product and sum is rounded to float32 in the kernel's order, so that both give the same bits.
 */

const f = Math.fround

/** What each pixel gives to slots `slot` (first) and slot + 1 (second): slot k is bin k - 1, modulo the bins. */
export interface Votes {
  readonly slot: Int32Array
  readonly first: Float32Array
  readonly second: Float32Array
}

/** Where the votes lie: in `block` bands of `cell` rows, `band` numbers apart, in a ring whose first one is number `top`. */
export interface BlockRow {
  readonly width: number
  readonly band: number
  readonly top: number
  readonly columns: number
  readonly cell: number
  readonly block: number
  readonly bins: number
}

/** Cells of a block side by side, rounded up to whole vectors. */
export const lanesOf = (block: number): number => Math.ceil(block ** 2 / 4) * 4

/**
 * Central differences of `rows` rows, each pixel's in the channel where they are longest; of equal ones channel `first`
 * goes before 1, and 1 before the other. `rgb` begins a row above and ends a row below; across the sides it is mirrored.
 */
export function slopes(
  rgb: Uint8Array,
  table: Float32Array,
  width: number,
  rows: number,
  first: 0 | 2,
  dx: Float32Array,
  dy: Float32Array,
): void {
  const value = (x: number, y: number, channel: number) => table[rgb[3 * (y * width + x) + channel] as number] as number
  for (let y = 1, i = 0; y <= rows; y++)
    for (let x = 0; x < width; x++, i++) {
      const left = width === 1 ? 0 : Math.abs(x - 1)
      const right = x + 1 < width ? x + 1 : Math.max(0, width - 2)
      let most = -1
      for (const channel of [first, 1, 2 - first]) {
        const hx = f(value(right, y, channel) - value(left, y, channel))
        const hy = f(value(x, y + 1, channel) - value(x, y - 1, channel))
        const square = f(f(hx * hx) + f(hy * hy))
        if (!(square > most)) continue
        most = square
        dx[i] = hx
        dy[i] = hy
      }
    }
}

const [a1, a3, a5] = [f(0.99997726), f(-0.33262347), f(0.19354346)]
const [a7, a9, a11] = [f(-0.11643287), f(0.05265332), f(-0.0117212)]
const tiny = f(1e-9)

/** The votes of `count` pixels. direction = 90 + 2 atan(u) degrees, u = -x sign(y) / (|g| + |y|). */
export function votes(
  dx: Float32Array,
  dy: Float32Array,
  count: number,
  bins: number,
  { slot, first, second }: Votes,
): void {
  const middle = f(bins / 2 + 0.5)
  const scale = f(bins * f(0.636619772))
  for (let i = 0; i < count; i++) {
    const gx = dx[i] as number
    const gy = dy[i] as number
    const length = f(Math.sqrt(f(f(gx * gx) + f(gy * gy))))
    const turned = f(gy + tiny)
    const ay = Math.abs(turned)
    const u = f(-f(gx * turned) / f(ay * f(length + ay)))
    const q = f(u * u)
    const high = f(f(f(f(a11 * q) + a9) * q) + a7)
    const odd = f(f(f(f(f(f(high * q) + a5) * q) + a3) * q) + a1)
    const place = f(middle + f(f(scale * odd) * u))
    const lower = Math.trunc(place)
    const upper = f(length * f(place - lower))
    slot[i] = lower
    first[i] = f(length - upper)
    second[i] = upper
  }
}

/**
 * The histograms of a row of blocks: `out[(column * block^2 + cell) * bins + bin]`. `across` and `down`: the weight of cell
 * c at position p of the block at [p * lanes + c].
 */
export function blocks(votes: Votes, row: BlockRow, across: Float32Array, down: Float32Array, out: Float32Array): void {
  const { width, band, top, columns, cell, block, bins } = row
  const [cells, side, lanes] = [block * block, cell * block, lanesOf(block)]
  const copies = Array.from({ length: 4 }, () => new Float32Array((bins + 2) * lanes))
  const [s0, s1, s2, s3] = copies as [Float32Array, Float32Array, Float32Array, Float32Array]
  const sum = (i: number) => f(f((s0[i] as number) + (s1[i] as number)) + f((s2[i] as number) + (s3[i] as number)))
  for (let column = 0, to = 0; column < columns; column++) {
    for (const copy of copies) copy.fill(0)
    for (let q = 0; q < side; q++) {
      const at = ((top + Math.floor(q / cell)) % block) * band + (q % cell) * width + column * cell
      for (let p = 0; p < side; p++) {
        const sums = copies[p & 3] as Float32Array
        const low = (votes.slot[at + p] as number) * lanes
        const first = votes.first[at + p] as number
        const second = votes.second[at + p] as number
        for (let c = 0; c < cells; c++) {
          const weight = f((across[p * lanes + c] as number) * (down[q * lanes + c] as number))
          sums[low + c] = (sums[low + c] as number) + f(weight * first)
          sums[low + lanes + c] = (sums[low + lanes + c] as number) + f(weight * second)
        }
      }
    }
    for (let c = 0; c < cells; c++, to += bins) {
      for (let k = 0; k < bins; k++) out[to + k] = sum((k + 1) * lanes + c)
      out[to + bins - 1] = (out[to + bins - 1] as number) + sum(c)
      out[to] = (out[to] as number) + sum((bins + 1) * lanes + c)
    }
  }
}
