import { describe, expect, test } from 'vitest'
import { arctangent, describe as describeKeypoint, orientation } from '../../../src/features/sift/index.ts'
import { openPlanes, siftTwin } from '../../../src/features/wasm/index.ts'
import { random } from '../../../src/tensor/index.ts'

const { uniform } = random(5)

/** The same noise in the kernel's memory, with few grey levels, so that gradients of zero and of right angles occur. */
function level(width: number, height: number) {
  const planes = openPlanes([{ width, height }], 1, 'wasm-simd')
  const plane = planes.plane(width, height)
  plane.data.set(Float32Array.from({ length: width * height }, (_, i) => Math.floor(uniform(i) * 9) * 17))
  return { planes, plane }
}

describe.each([
  [3, 3],
  [5, 40],
  [61, 47],
] as const)('%i x %i: both engines give the same bits', (width, height) => {
  const { planes, plane } = level(width, height)
  // In the middle, between samples, in a corner, with windows larger than the level.
  const places = [
    [width / 2, height / 2, 1.6, 30],
    [width / 2 + 0.37, height / 2 - 0.21, 3.1, 271.5],
    [1, 1, 2.2, 0],
    [width - 2, height - 2.5, 9, 359.99],
  ] as const
  test.each(places)('directions around (%f, %f), sigma %f', (x, y, sigma) => {
    for (const mode of ['aligned', 'opencv'] as const)
      for (const share of [false, true])
        for (const bins of [36, 8, 1]) {
          const [a, b] = [planes, siftTwin].map(
            (loops) => orientation(plane, x, y, sigma, { bins, share, arctangent: arctangent[mode], loops }).votes,
          )
          expect(a).toEqual(b)
          expect(a?.every(Number.isFinite)).toBe(true)
        }
  })
  test.each(places)('cells around (%f, %f), sigma %f, direction %f', (x, y, sigma, angle) => {
    for (const grid of [4, 2, 1]) {
      const [a, b] = [planes, siftTwin].map((loops) => {
        const cos = Math.cos(angle) / (3 * sigma)
        const sin = Math.sin(angle) / (3 * sigma)
        const [along, down] = [0, 1].map((k) => Float64Array.from({ length: 64 }, (_, i) => 1 / (1 + i + k)))
        const range = { left: 1, right: width - 2, top: 1, bottom: height - 2 }
        const window = { ...range, along: along as Float64Array, down: down as Float64Array }
        return loops.cells(
          plane,
          {
            ...window,
            along: window.along.subarray(0, width),
            down: window.down.subarray(0, height),
            arctangent: arctangent.aligned,
          },
          { x, y, angle, cos, sin, grid, bins: 8 },
        )
      })
      expect(a).toEqual(b)
      expect(a?.some((v) => v > 0)).toBe(true)
    }
  })
})

test('a plane of another memory, and a histogram too large for the kernel, get the same answer', () => {
  const { planes, plane } = level(41, 41)
  const elsewhere = { ...plane, data: plane.data.slice() }
  const [a, b] = [plane, elsewhere].map((from) => {
    const vector = new Uint8Array(12 * 12 * 8)
    describeKeypoint(from, 20.3, 19.8, 2, 77, { grid: 12, arctangent: arctangent.aligned, loops: planes }, vector)
    describeKeypoint(from, 20.3, 19.8, 2, 77, { arctangent: arctangent.aligned, loops: planes }, vector)
    return vector
  })
  expect(a).toEqual(b)
  expect(a?.some((v) => v > 0)).toBe(true)
})

test('memory that was given back is lent again, to what fits it', () => {
  const sizes = [{ width: 900, height: 700 }]
  const first = openPlanes(sizes, 3, 'wasm-simd')
  const plane = first.plane(900, 700)
  plane.data.fill(Number.NaN)
  first.close()
  const small = openPlanes([{ width: 20, height: 20 }], 3, 'wasm-simd')
  expect(small.plane(20, 20).data.buffer).not.toBe(plane.data.buffer)
  const again = openPlanes(sizes, 3, 'wasm-simd')
  expect(again.plane(900, 700).data.buffer).toBe(plane.data.buffer)
  const other = openPlanes(sizes, 3, 'wasm-simd')
  expect(other.plane(900, 700).data.buffer).not.toBe(plane.data.buffer)
})
