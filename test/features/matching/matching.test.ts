import { describe, expect, test } from 'vitest'
import {
  errorOf,
  fitHomography,
  type Homography,
  match,
  matchFeature,
  type Pair,
  passes,
  project,
  ransac,
  ratioCurve,
} from '../../../src/features/matching/index.ts'
import { type Descriptors, type Keypoint, rootSift, sift } from '../../../src/features/sift/index.ts'
import { random } from '../../../src/tensor/index.ts'
import { greyOf, pointsOf, readGolden } from '../sift/golden.ts'

const golden = readGolden(new URL('../sift/fixtures/chelsea.bin', import.meta.url))
const truth = (golden.header.homography as number[][]).flat()

/** OpenCV's own keypoints and descriptors, so that matching is compared alone. */
function theirs(table: string, vectors: string) {
  const points = pointsOf(golden, table, vectors)
  const data = Uint8Array.from(points.flatMap(({ descriptor }) => [...descriptor]))
  const keypoints = points.map(
    ({ x, y, sigma, angle }): Keypoint => ({ x, y, sigma, angle, response: 1, octave: 0, layer: 1 }),
  )
  return { keypoints, descriptors: { count: points.length, dim: 128, data, length: 512 } satisfies Descriptors }
}

const first = theirs('table', 'descriptors')
const second = theirs('secondTable', 'secondDescriptors')
const kept = (matches: ReturnType<typeof match>) => matches.filter(({ outcome }) => outcome === 'kept').length

describe('against cv2.BFMatcher', () => {
  const matches = match(first, second, { elsewhere: false })

  test('the same nearest neighbours', () => {
    const pairs = new Int32Array(golden.block('nearest').buffer.slice(0))
    const same = matches.filter(({ second: to }, i) => pairs[2 * i] === to).length
    expect(same / matches.length).toBeGreaterThan(0.995)
  })

  test.each([0.4, 0.5, 0.6, 0.8])('the same number of matches at ratio %f', (ratio) => {
    const count = (golden.header.matches as Record<string, number>)[String(ratio)]
    expect(kept(match(first, second, { ratio, elsewhere: false }))).toBe(count)
  })

  test('from our own keypoints within 1 % at each ratio', () => {
    const size = golden.header.second as { width: number; height: number }
    const [a, b] = [sift(greyOf(golden), { mode: 'opencv' }), sift(greyOf(golden, 'second', size), { mode: 'opencv' })]
    for (const ratio of [0.4, 0.5, 0.6, 0.8]) {
      const count = (golden.header.matches as Record<string, number>)[String(ratio)] ?? 0
      expect(Math.abs(kept(match(a, b, { ratio, elsewhere: false })) / count - 1)).toBeLessThanOrEqual(0.01)
    }
  })
})

describe('rules', () => {
  test('adaptive: 0.6 below a distance of 200, else 0.4', () => {
    expect([
      passes(199, 0.59, 'adaptive'),
      passes(201, 0.59, 'adaptive'),
      passes(201, 0.39, 'adaptive'),
      passes(1, 0.61, 'adaptive'),
    ]).toEqual([true, false, true, false])
  })

  test('elsewhere keeps more: the other direction of the same point is no rival', () => {
    const strict = match(first, second, { ratio: 0.8, elsewhere: false })
    const fair = match(first, second, { ratio: 0.8 })
    expect(kept(fair)).toBeGreaterThanOrEqual(kept(strict))
    fair.forEach(({ ratio }, i) => expect(ratio).toBeLessThanOrEqual(strict[i]?.ratio ?? 0))
  })

  test('mutual drops what the second side would not choose', () => {
    const all = match(first, second, { ratio: 0.8 })
    const both = match(first, second, { ratio: 0.8, mutual: true })
    const back = match(second, first, { ratio: 1, elsewhere: false })
    for (const { first: i, second: j, outcome } of both)
      if (outcome !== 'ambiguous') expect(outcome).toBe(back[j]?.second === i ? 'kept' : 'one-sided')
    expect(kept(both)).toBeLessThan(kept(all))
  })

  test('an image matches itself at distance 0; RootSIFT keeps at least as many', () => {
    for (const { first: i, second: j, distance } of match(first, first)) {
      expect(distance).toBe(0)
      expect(i).toBe(j)
    }
    const root = [first, second].map((side) => ({ ...side, descriptors: rootSift(side.descriptors) })) as [
      typeof first,
      typeof second,
    ]
    expect(kept(match(...root, { ratio: 0.6 }))).toBeGreaterThanOrEqual(kept(match(first, second, { ratio: 0.6 })))
  })

  test('nothing to match, wrong ratios, descriptors of two kinds', () => {
    const none = { keypoints: [], descriptors: { count: 0, dim: 128, data: new Uint8Array(), length: 512 } }
    expect(match(none, second)).toEqual([])
    expect(match(first, none)).toEqual([])
    expect(() => match(first, second, { ratio: 1.5 })).toThrow(/ratio/)
    expect(() => match({ ...first, descriptors: rootSift(first.descriptors) }, second)).toThrow(/cannot be compared/)
  })
})

const h: Homography = [0.8, 0.3, 20, -0.25, 0.9, 40, 0.0004, -0.0002, 1]
const { uniform, normal } = random(11)
const clean = (count: number, noise = 0): Pair[] =>
  Array.from({ length: count }, (_, i) => {
    const from = [600 * uniform(2 * i), 400 * uniform(2 * i + 1)] as const
    const [x, y] = project(h, from)
    return { from, to: [x + noise * normal(4 * i), y + noise * normal(4 * i + 1)] }
  })

describe('homography', () => {
  test('exact from four pairs and from many', () => {
    for (const count of [4, 5, 50]) {
      const fitted = fitHomography(clean(count)) ?? []
      fitted.forEach((v, i) => expect(v).toBeCloseTo(h[i] ?? 0, 6))
    }
  })

  test('three points on a line fix none', () => {
    const line = [0, 1, 2].map((i): Pair => ({ from: [i, i], to: [i, 2 * i] }))
    expect(fitHomography([...line, { from: [5, 1], to: [3, 3] }])).toBeNull()
    expect(fitHomography(line)).toBeNull()
  })

  test('the weights take noise out: below the algebraic fit in pixels', () => {
    const noisy = clean(200, 1)
    const rms = (fitted: Homography) =>
      Math.sqrt(noisy.reduce((sum, pair) => sum + errorOf(fitted, pair) ** 2, 0) / 200)
    const [plain, weighted] = [fitHomography(noisy, 1) ?? h, fitHomography(noisy) ?? h]
    expect(rms(weighted)).toBeLessThanOrEqual(rms(plain) + 1e-9)
    expect(rms(weighted)).toBeLessThan(rms(h))
  })
})

describe('ransac', () => {
  const wrong = (count: number): Pair[] =>
    Array.from({ length: count }, (_, i) => ({
      from: [600 * uniform(9000 + 4 * i), 400 * uniform(9001 + 4 * i)],
      to: [600 * uniform(9002 + 4 * i), 400 * uniform(9003 + 4 * i)],
    }))

  test('finds the map among 70 % wrong pairs, and which ones are wrong', () => {
    const found = ransac([...clean(60, 0.3), ...wrong(140)])
    expect(found).not.toBeNull()
    expect(found?.inliers.slice(0, 60).every(Boolean)).toBe(true)
    expect(found?.inliers.slice(60).filter(Boolean).length).toBeLessThanOrEqual(2)
    for (const corner of [
      [0, 0],
      [600, 0],
      [0, 400],
      [600, 400],
    ] as const) {
      const [a, b] = [project(found?.homography ?? h, corner), project(h, corner)]
      expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1)
    }
  })

  test('the same seed gives the same answer, chance gives none', () => {
    const pairs = [...clean(30, 0.5), ...wrong(60)]
    expect(ransac(pairs, { seed: 4 })).toEqual(ransac(pairs, { seed: 4 }))
    expect(ransac(wrong(60))).toBeNull()
    expect(ransac(clean(5))).toBeNull()
    expect(() => ransac(clean(9), { tolerance: 0 })).toThrow(/tolerance/)
  })

  test('on the photograph: within half a pixel of the truth at every corner', () => {
    const size = golden.header.second as { width: number; height: number }
    const [a, b] = [sift(greyOf(golden)), sift(greyOf(golden, 'second', size))]
    const pairs = match(a, b, { ratio: 0.6 })
      .filter(({ outcome }) => outcome === 'kept')
      .map(({ first: i, second: j }): Pair => {
        const [p, q] = [a.keypoints[i], b.keypoints[j]] as [Keypoint, Keypoint]
        return { from: [p.x, p.y], to: [q.x, q.y] }
      })
    const found = ransac(pairs)
    expect(found?.inliers.filter(Boolean).length).toBeGreaterThan(200)
    for (const corner of [
      [0, 0],
      [450, 0],
      [0, 299],
      [450, 299],
    ] as const) {
      const [u, v] = [project(found?.homography ?? h, corner), project(truth, corner)]
      expect(Math.hypot(u[0] - v[0], u[1] - v[1])).toBeLessThan(0.5)
    }
  })
})

test('the curve rises, and the correct ones never pass the kept ones; 0.8 admits more errors than 0.5', () => {
  const matches = match(first, second)
  const right = (i: number, j: number) => {
    const [p, q] = [first.keypoints[i], second.keypoints[j]] as [Keypoint, Keypoint]
    return errorOf(truth, { from: [p.x - 0.25, p.y - 0.25], to: [q.x - 0.25, q.y - 0.25] }) < 3
  }
  const curve = ratioCurve(matches, (each) => right(each.first, each.second))
  curve.slice(1).forEach((point, i) => {
    expect(point.kept).toBeGreaterThanOrEqual(curve[i]?.kept ?? 0)
    expect(point.correct).toBeLessThanOrEqual(point.kept)
  })
  const precision = (ratio: number) => {
    const point = curve.find((each) => Math.abs(each.ratio - ratio) < 1e-9)
    return (point?.correct ?? 0) / (point?.kept ?? 1)
  }
  expect(precision(0.5)).toBeGreaterThan(0.985)
  expect(precision(0.5)).toBeGreaterThanOrEqual(precision(0.8))
  expect(precision(0.8)).toBeGreaterThan(precision(1))
})

test('the record answers for pictures without anything in common', () => {
  const even = { width: 40, height: 30, data: new Uint8Array(3600).fill(100) }
  const defaults = Object.fromEntries(
    Object.entries(matchFeature.options).map(([name, { default: value }]) => [name, value]),
  ) as never
  const { result, stages } = matchFeature.run([even, even], defaults)
  expect((result as { note: string }).note).toMatch(/first photograph has no keypoints/)
  expect(stages.length).toBeGreaterThan(3)
})
