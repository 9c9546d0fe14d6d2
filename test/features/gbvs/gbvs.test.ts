import { describe, expect, it } from 'vitest'
import { activate, concentrate, gbvs, gbvsFeature, proximity } from '../../../src/features/gbvs/index.ts'
import { type Image, type Plane, random } from '../../../src/tensor/index.ts'

const draw = random(5)
const map: Plane = { width: 7, height: 5, data: Float32Array.from({ length: 35 }, (_, i) => draw.uniform(i)) }

/** The slow twin: the transition matrix of a walk, iterated until it rests. */
function iterate(weight: (i: number, j: number) => number, count: number): number[] {
  const rows = Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => weight(i, j)))
  const step = rows.map((row) => row.map((w) => w / row.reduce((a, b) => a + b, 0)))
  let at = new Array<number>(count).fill(1 / count)
  for (let n = 0; n < 500; n++) at = at.map((_, j) => at.reduce((sum, p, i) => sum + p * (step[i]?.[j] as number), 0))
  return at
}

const near = proximity(map, 1.3)
const f = (i: number, j: number) => near((i % 7) - (j % 7), Math.floor(i / 7) - Math.floor(j / 7))
const value = (plane: Plane, i: number) => plane.data[i] as number

describe('the walks', () => {
  it('rest where the iterated chain rests: differences', () => {
    const twin = iterate((i, j) => Math.abs(value(map, i) - value(map, j)) * f(i, j), 35)
    activate(map, 1.3, 'difference').data.forEach((v, i) => expect(v).toBeCloseTo(twin[i] as number, 6))
  })
  it('rest where the iterated chain rests: ratios of logarithms', () => {
    const lift = 1e-3 * Math.max(...map.data)
    const log = (i: number) => Math.log(value(map, i) + lift)
    const twin = iterate((i, j) => Math.abs(log(i) - log(j)) * f(i, j), 35)
    activate(map, 1.3, 'log-ratio').data.forEach((v, i) => expect(v).toBeCloseTo(twin[i] as number, 6))
  })
  it('rest where the iterated chain rests: concentration', () => {
    const twin = iterate((i, j) => value(map, j) * f(i, j), 35)
    concentrate(map, 1.3).data.forEach((v, i) => expect(v).toBeCloseTo(twin[i] as number, 6))
  })
  it('give a constant or empty map nothing, not NaN', () => {
    const flat = { ...map, data: new Float32Array(35).fill(0.4) }
    expect(activate(flat, 1.3, 'difference').data.every((v) => v === 0)).toBe(true)
    const zero = { ...map, data: new Float32Array(35) }
    expect(activate(zero, 1.3, 'log-ratio').data.every((v) => v === 0)).toBe(true)
    expect(concentrate(zero, 1.3).data.every((v) => v === 0)).toBe(true)
  })
})

/** One orange disc on grey noise. */
const disc: Image = {
  width: 160,
  height: 120,
  data: Uint8Array.from({ length: 3 * 160 * 120 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 160, Math.floor(i / 480)]
    if (Math.hypot(x - 50, y - 70) < 12) return [220, 90, 30][i % 3] as number
    return 110 + 20 * draw.uniform(Math.floor(i / 3))
  }),
}

describe('saliency', () => {
  it('finds the odd disc, in every variant', () => {
    for (const dissimilarity of ['difference', 'log-ratio'] as const)
      for (const concentration of ['walk', 'power'] as const) {
        const { saliency } = gbvs(disc, { dissimilarity, concentration })
        const best = saliency.data.indexOf(Math.max(...saliency.data))
        const [x, y] = [((best % 32) + 0.5) * 5, (Math.floor(best / 32) + 0.5) * 5]
        expect(Math.hypot(x - 50, y - 70)).toBeLessThan(20)
      }
  })
  it('has 21 maps whose walks sum to 1', () => {
    const { maps } = gbvs(disc)
    expect(maps).toHaveLength(21)
    for (const { activation, concentrated } of maps) {
      expect(activation.data.reduce((a, b) => a + b)).toBeCloseTo(1, 4)
      expect(concentrated.data.reduce((a, b) => a + b)).toBeCloseTo(1, 4)
    }
  })
})

describe('bad input', () => {
  const flat = (width: number, height: number): Image => ({
    width,
    height,
    data: new Uint8Array(3 * width * height).fill(77),
  })
  it('explains a constant image', () => {
    const options = { dissimilarity: 'difference', concentration: 'walk', nodes: 16, sigma: 0.15 } as const
    const { result } = gbvsFeature.run([flat(80, 64)], options)
    expect(result).toEqual({ note: 'Nothing differs from its neighbourhood: the image is even.' })
  })
  it('refuses what is too small, broken or out of range', () => {
    expect(() => gbvs(flat(1, 1))).toThrow(/at least 64x64/)
    expect(() => gbvs(flat(3, 3))).toThrow(/at least 64x64/)
    expect(() => gbvs({ width: 80, height: 80, data: new Uint8Array(1) })).toThrow(/1 bytes/)
    expect(() => gbvs({ width: 1e5, height: 1e5, data: new Uint8Array(1) })).toThrow(/at most/)
    expect(() => gbvs(disc, { nodes: 500 })).toThrow(/8 to 48/)
    expect(() => gbvs(disc, { sigma: 0 })).toThrow(/sigma above 0/)
  })
})
