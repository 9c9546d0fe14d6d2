import { describe, expect, test } from 'vitest'
import {
  bestEngine,
  type Doubling,
  type Engine,
  nearest,
  openPlanes,
  reflect,
} from '../../../src/features/wasm/index.ts'
import { random } from '../../../src/tensor/index.ts'

const engines: readonly Engine[] = ['wasm-simd', 'typescript']
const { uniform } = random(7)
const noise = (length: number, offset: number, scale = 255) =>
  Float32Array.from({ length }, (_, i) => (uniform(offset + i) - 0.3) * scale)

const sizes = [
  [1, 1],
  [1, 9],
  [9, 1],
  [2, 3],
  [5, 4],
  [16, 16],
  [33, 17],
  [67, 40],
] as const
const half = (radius: number) => Float32Array.from({ length: radius + 1 }, (_, i) => 1 / (2 + i * i))

test('this machine runs the SIMD kernel', () => {
  expect(bestEngine()).toBe('wasm-simd')
})

test('reflection repeats where the radius exceeds the size', () => {
  expect([-5, -2, -1, 0, 1, 2, 3, 4, 7].map((i) => reflect(i, 3))).toEqual([1, 2, 1, 0, 1, 2, 1, 0, 1])
  expect(reflect(12, 1)).toBe(0)
})

describe.each(sizes)('%i x %i: both engines give the same bits', (width, height) => {
  test.each([0, 1, 5, 13, 40])('blur of radius %i and its difference', (radius) => {
    const [a, b] = engines.map((engine) => {
      const planes = openPlanes(
        Array.from({ length: 3 }, () => ({ width, height })),
        radius,
        engine,
      )
      const [from, to, difference] = [0, 1, 2].map(() => planes.plane(width, height)) as never as [Plane, Plane, Plane]
      from.data.set(noise(width * height, 11))
      planes.blur(from, to, difference, half(radius))
      return [to.data.slice(), difference.data.slice()]
    }) as [Float32Array[], Float32Array[]]
    expect(a).toEqual(b)
    expect(a[0]?.every(Number.isFinite)).toBe(true)
  })

  const doublings: Doubling[] = [
    { weights: [0, 1, -1 / 16, 9 / 16, 9 / 16, -1 / 16], mirror: true },
    { weights: [0.25, 0.75, 0, 0.75, 0.25, 0], mirror: false },
  ]
  test.each(doublings)('doubling with $weights', (doubling) => {
    const [a, b] = engines.map((engine) => {
      const planes = openPlanes(
        [
          { width, height },
          { width: 2 * width, height: 2 * height },
        ],
        1,
        engine,
      )
      const [from, to] = [planes.plane(width, height), planes.plane(2 * width, 2 * height)]
      from.data.set(noise(width * height, 5000))
      planes.enlarge(from, to, doubling)
      return to.data.slice()
    })
    expect(a).toEqual(b)
  })

  test.each([1, 3])('extrema, border %i', (border) => {
    const [a, b] = engines.map((engine) => {
      const planes = openPlanes(
        Array.from({ length: 3 }, () => ({ width, height })),
        1,
        engine,
      )
      const [below, at, above] = [0, 1, 2].map((i) => {
        const plane = planes.plane(width, height)
        plane.data.set(noise(width * height, 900 * i, 4).map(Math.round))
        return plane
      }) as never as [Plane, Plane, Plane]
      return [...planes.extrema(below, at, above, border, 0.5)]
    })
    expect(a).toEqual(b)
    if (width > 60) expect(a?.length).toBeGreaterThan(10)
  })
})

type Plane = ReturnType<ReturnType<typeof openPlanes>['plane']>

test('more extrema than the scratch holds are still all found', () => {
  const planes = openPlanes(
    Array.from({ length: 3 }, () => ({ width: 400, height: 400 })),
    1,
  )
  const [below, at, above] = [0, 1, 2].map(() => planes.plane(400, 400)) as never as [Plane, Plane, Plane]
  for (const plane of [below, at, above]) plane.data.fill(7)
  expect(planes.extrema(below, at, above, 1, 1).length).toBe(398 * 398)
})

describe('nearest two', () => {
  const rows = (count: number, dim: number, offset: number) => {
    const data = Int16Array.from({ length: count * dim }, (_, i) => Math.floor(uniform(offset + i) * 256))
    const norms = Int32Array.from({ length: count }, (_, i) =>
      data.subarray(i * dim, (i + 1) * dim).reduce((sum, v) => sum + v * v, 0),
    )
    return { count, dim, data, norms }
  }

  test.each([128, 32, 8])('both engines agree with a full sort, %i numbers', (dim) => {
    const [query, data] = [rows(23, dim, 0), rows(57, dim, 9000)]
    const groups = Int32Array.from({ length: 57 }, (_, i) => Math.floor(i / 3))
    const [a, b] = engines.map((engine) => nearest(query, data, groups, engine))
    expect(a).toEqual(b)
    for (let i = 0; i < query.count; i++) {
      const sorted = Array.from({ length: data.count }, (_, j) => {
        let d = 0
        for (let c = 0; c < dim; c++) d += ((query.data[i * dim + c] ?? 0) - (data.data[j * dim + c] ?? 0)) ** 2
        return { j, d }
      }).sort((x, y) => x.d - y.d || x.j - y.j)
      const first = sorted[0] ?? { j: -1, d: 0 }
      const second = sorted.find(({ j }) => groups[j] !== groups[first.j])
      expect([...(a?.subarray(4 * i, 4 * i + 4) ?? [])]).toEqual([first.j, first.d, second?.j, second?.d])
    }
  })

  test('one row has no second', () => {
    for (const engine of engines)
      expect([...nearest(rows(1, 8, 0), rows(1, 8, 50), Int32Array.of(0), engine)].slice(2)).toEqual([-1, 0x7fffffff])
  })
})
