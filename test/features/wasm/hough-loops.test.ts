import { expect, test } from 'vitest'
import { voteForLines } from '../../../src/features/wasm/index.ts'
import { random } from '../../../src/tensor/index.ts'

const { uniform } = random(7)

/** A tenth of the pixels of a picture, its four corners among them. */
function noise(width: number, height: number) {
  const columns: number[] = []
  const rows = new Int32Array(height + 1)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = x % Math.max(1, width - 1) === 0 && y % Math.max(1, height - 1) === 0
      if (corner || uniform(y * width + x) < 0.1) columns.push(x)
    }
    rows[y + 1] = columns.length
  }
  return { columns: Float32Array.from(columns), rows }
}

/** `angles` directions of a whole turn, cells of `rho` pixels, as hough/lines.ts lays them out. */
function cells(width: number, height: number, angles: number, rho: number) {
  const distances = Math.round((2 * (width + height) + 1) / rho)
  const table = (wave: (angle: number) => number) =>
    Float32Array.from({ length: angles }, (_, n) => wave((2 * Math.PI * n) / angles) / rho)
  return { distances, zero: Math.floor((distances - 1) / 2), cosines: table(Math.cos), sines: table(Math.sin) }
}

const f = Math.fround
function halfToEven(value: number): number {
  const low = Math.floor(value)
  if (value - low === 0.5) return low % 2 === 0 ? low : low + 1
  return Math.round(value)
}

/** One pixel and one angle after another; what falls outside is nobody's. */
function slowly({ columns, rows }: ReturnType<typeof noise>, table: ReturnType<typeof cells>): Int32Array {
  const votes = new Int32Array(table.cosines.length * table.distances)
  table.cosines.forEach((cosine, n) => {
    for (let y = 0; y < rows.length - 1; y++)
      for (const x of columns.subarray(rows[y], rows[y + 1])) {
        const rho = halfToEven(f(f(x * cosine) + f(y * (table.sines[n] as number))))
        const distance = table.zero + rho
        if (distance < 0 || distance >= table.distances) continue
        const cell = n * table.distances + distance
        votes[cell] = (votes[cell] as number) + 1
      }
  })
  return votes
}

// rho 2 and 0.5: many sums end in a half; rho 100: corners lie beyond the first and the last cell
test.each([
  [1, 1, 1, 1],
  [1, 90, 7, 1],
  [100, 1, 8, 100],
  [37, 53, 180, 1],
  [37, 53, 4, 2],
  [64, 48, 9, 0.5],
  [640, 480, 33, 1],
] as const)(
  '%i x %i, %i angles, cells of %f pixels: both engines count the same votes',
  (width, height, angles, rho) => {
    const pixels = noise(width, height)
    const table = cells(width, height, angles, rho)
    const wanted = slowly(pixels, table)
    expect(voteForLines(pixels, table, 'wasm-simd')).toEqual(wanted)
    expect(voteForLines(pixels, table, 'typescript')).toEqual(wanted)
  },
)

test('cells too many for float32 are counted all the same', () => {
  const pixels = noise(30, 20)
  const table = cells(30, 20, 2, 5e-5)
  expect(table.distances).toBeGreaterThan(2 ** 20)
  expect(voteForLines(pixels, table, 'wasm-simd')).toEqual(slowly(pixels, table))
})
