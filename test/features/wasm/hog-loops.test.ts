import { describe, expect, test } from 'vitest'
import { gradient } from '../../../src/features/hog/gradient.ts'
import { opencvBlocks } from '../../../src/features/hog/opencv.ts'
import { type Engine, openHogLoops } from '../../../src/features/wasm/index.ts'
import { random } from '../../../src/tensor/index.ts'

const engines: readonly Engine[] = ['wasm-simd', 'typescript']
const { uniform } = random(11)

/** Few grey levels, so that channels tie. */
function noise(width: number, height: number) {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => Math.floor(uniform(i) * 12) * 23)
  return { width, height, data }
}

const sizes = [
  [1, 1],
  [1, 9],
  [9, 1],
  [2, 3],
  [5, 4],
  [31, 33],
] as const

describe.each(sizes)('%i x %i: both engines give the same bits', (width, height) => {
  test.each(['red-first', 'blue-first'] as const)('slopes, %s', (ties) => {
    for (const gamma of [false, true])
      for (const border of ['flat', 'none'] as const) {
        const [a, b] = engines.map((engine) => gradient(noise(width, height), { border, gamma, ties }, engine))
        expect(a).toEqual(b)
      }
  })
})

const options = { convention: 'opencv', gamma: true, norm: 'L2-Hys', clip: 0.2 } as const
test.each([
  { cell: 8, block: 2, bins: 9 },
  { cell: 5, block: 1, bins: 1 },
  { cell: 3, block: 3, bins: 18 },
  { cell: 6, block: 4, bins: 7 },
])('blocks of $block cells of $cell pixels, $bins bins: both engines give the same bits', (grid) => {
  const slopes = gradient(noise(41, 27), { border: 'flat', gamma: true, ties: 'blue-first' })
  const [a, b] = engines.map((engine) => opencvBlocks(slopes, { ...options, ...grid }, engine).vector)
  expect(a).toEqual(b)
  expect(a?.some((value) => value > 0)).toBe(true)
  expect(a?.every(Number.isFinite)).toBe(true)
})

test('slopes by hand: of equally long channels the first one counts, across the border there is none', () => {
  // red rises to the right, blue falls: the same length
  const rows = [0, 10, 20].map((red) => [red, 0, 20 - red]).flat()
  const image = { width: 3, height: 3, data: Uint8Array.from([...rows, ...rows, ...rows]) }
  const middle = (ties: 'red-first' | 'blue-first', engine: Engine) =>
    [...gradient(image, { border: 'flat', gamma: false, ties }, engine).dx].slice(3, 6)
  for (const engine of engines) {
    expect(middle('red-first', engine)).toEqual([0, 20, 0])
    expect(middle('blue-first', engine)).toEqual([0, -20, 0])
  }
})

test.each(engines)('%s: votes are those of the arctangent', (engine) => {
  const count = 1000
  const loops = openHogLoops({ arrays: 5, bytes: 5 * 4 * count }, engine)
  const [dx, dy, first, second] = [0, 1, 2, 3].map(() => loops.floats(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const slot = loops.ints(count)
  for (let i = 0; i < count; i++) {
    dx[i] = Math.round(510 * uniform(i) - 255)
    dy[i] = Math.round(510 * uniform(count + i) - 255)
  }
  dx.fill(0, 0, 100)
  dy.fill(0, 50, 150)
  loops.votes(dx, dy, count, 9, { slot, first, second })
  let [longest, widest] = [0, 0]
  for (let i = 0; i < count; i++) {
    const [x, y] = [dx[i] as number, dy[i] as number]
    const length = Math.hypot(x, y)
    longest = Math.max(longest, Math.abs((first[i] as number) + (second[i] as number) - length))
    if (length === 0) continue
    // a whole number of half turns apart
    const place = (slot[i] as number) + (second[i] as number) / length - 0.5
    const turns = (place * 20 - (Math.atan2(y, x) * 180) / Math.PI) / 180
    widest = Math.max(widest, Math.abs(turns - Math.round(turns)) * 180)
  }
  expect(longest).toBeLessThan(1e-4)
  expect(widest).toBeLessThan(2e-3)
})
