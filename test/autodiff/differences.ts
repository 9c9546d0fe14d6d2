/** Central differences of a forward program, and how far a gradient may be from them. */

import { expect } from 'vitest'
import type { Program } from '../../src/runtime/index.ts'
import { numbers, random, type Tensor } from '../../src/tensor/index.ts'
import type { Precision } from './row.ts'

export type Feeds = Record<string, Tensor>

/** Places to probe: all, or the `most` that matter most by the gradient itself and as many others by chance. */
export function placesIn(gradient: ArrayLike<number>, most: number): number[] {
  const all = Array.from({ length: gradient.length }, (_, k) => k)
  if (all.length <= 2 * most) return all
  const { uniform } = random(11, all.length)
  const size = (k: number) => Math.abs(gradient[k] as number)
  const large = all.toSorted((a, b) => size(b) - size(a)).slice(0, most)
  const rest = all.filter((k) => !large.includes(k)).sort((a, b) => uniform(a) - uniform(b))
  return [...large, ...rest.slice(0, most)]
}

/** Central differences with Richardson extrapolation, (4 D(h/2) - D(h)) / 3, of the sum of outputs times weights. */
export async function differences(forward: Program, feeds: Feeds, name: string, places: number[]): Promise<number[]> {
  const given = feeds[name] as Tensor
  const base = await forward.run(feeds)
  const outputs = forward.outputs.filter((output) => `weight/${output}` in base)
  const at = async (place: number, shift: number) => {
    const data = (given.data as Float64Array).slice()
    data[place] = (data[place] as number) + shift
    const moved = await forward.run({ ...feeds, [name]: { ...given, data } as Tensor }, { fetches: outputs })
    return { at: data[place] as number, values: outputs.map((output) => numbers(moved[output] as Tensor)) }
  }
  const slope = async (place: number, h: number) => {
    const [plus, minus] = [await at(place, h), await at(place, -h)]
    let rise = 0
    outputs.forEach((output, j) => {
      numbers(base[`weight/${output}`] as Tensor).forEach((w, k) => {
        rise += w * ((plus.values[j]?.[k] as number) - (minus.values[j]?.[k] as number))
      })
    })
    return rise / (plus.at - minus.at)
  }
  const h = given.dtype === 'float64' ? 1e-3 : 2e-2
  const slopes: number[] = []
  for (const place of places) slopes.push((4 * (await slope(place, h / 2)) - (await slope(place, h))) / 3)
  return slopes
}

/**
 * The largest error over its tolerance. Differences in double precision are exact to about 1e-10, so that the gradient's own
 * rounding is what is seen; differences in single precision ('measured') see half a percent, and one place in a hundred may miss.
 */
export function compare(place: string, got: number[], expected: number[], level: Precision | 'measured'): number {
  const scale = Math.max(...expected.map(Math.abs))
  const tolerances: Record<Precision | 'measured', readonly [relative: number, absolute: number]> = {
    float64: [1e-6, 1e-8],
    float32: [1e-4, 1e-5],
    float16: [1e-2, 1e-2 * scale + 1e-6],
    measured: [0.005, 5e-4 * scale + 1e-6],
  }
  const [relative, absolute] = tolerances[level]
  const errors = expected.map((value, k) => {
    const error = Math.abs((got[k] as number) - value) / (absolute + relative * Math.abs(value))
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
  })
  const allowed = level === 'measured' ? Math.floor(errors.length / 100) : 0
  const worst = errors.sort((a, b) => b - a)[allowed] ?? 0
  if (worst > 1)
    expect.fail(`${place}: ${worst.toPrecision(3)} times the tolerance\n got ${show(got)}\n not ${show(expected)}`)
  return worst
}

const show = (values: number[]) =>
  values
    .slice(0, 16)
    .map((v) => v.toPrecision(6))
    .join(' ')
