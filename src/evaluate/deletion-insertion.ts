/**
 * Does the score fall when what the map marks first is taken away, and rise when it alone is shown?
 * Deletion: pixels in the order of the map, the highest first, become grey; insertion: they replace a blurred picture. Both curves
 * are the class's probability over the share of pixels; their areas are the scores (deletion: low is good, insertion: high).
 * Petsiuk, Das, Saenko: RISE (2018), arXiv 1806.07421. Equal values are ordered by seeded chance, so that flat parts tell nothing.
 */

import { FoveaError } from '../error/index.ts'
import { blur, resizePlane } from '../image/index.ts'
import { feedsOf, predictions, prepare, type VisionModel } from '../models/index.ts'
import { openProgram } from '../runtime/index.ts'
import { float32, type Image, numbers, type Plane, random, type Tensor } from '../tensor/index.ts'

export interface Curves {
  /** Probability of the class after each step, from none to all of the pixels. */
  readonly deletion: readonly number[]
  readonly insertion: readonly number[]
  readonly deletionArea: number
  readonly insertionArea: number
}

export interface CurveOptions {
  /** The class; default: the top one. */
  readonly class?: number
  readonly steps?: number
  /** Standard deviation of the blur that insertion begins with, in pixels of the input. */
  readonly sigma?: number
  /** Of the order of equal values. */
  readonly seed?: number
  readonly signal?: AbortSignal
}

/** Asks one model about many maps of one picture. */
export interface CurveJudge {
  /** @param map over the field of the model's input, of any resolution */
  judge(map: Plane): Promise<Curves>
  readonly class: number
  [Symbol.asyncDispose](): Promise<void>
}

/** @throws FoveaError FOVEA_USAGE for a model without classes */
export async function openCurves(
  vision: VisionModel,
  image: Image,
  { class: wanted, steps = 28, sigma = 5, seed = 0, signal }: CurveOptions = {},
): Promise<CurveJudge> {
  const { head, format } = vision
  if (!head)
    throw new FoveaError('FOVEA_USAGE', `${vision.name} has no classes, and deletion asks for a class's probability.`)
  const program = await openProgram(vision.model)
  const { tensor } = prepare(image, format)
  const softened = soft(vision, tensor, sigma)
  const grey = new Float32Array(tensor.data.length)
  const ask = async (data: Float32Array): Promise<Float64Array> => {
    signal?.throwIfAborted()
    const answers = await program.run(feedsOf(vision, float32(tensor.dims, data)), { fetches: [head.output] })
    return numbers(answers[head.output] as Tensor).slice(0, head.classes)
  }
  const probability = (scores: Float64Array, index: number) =>
    predictions(vision, scores, head.classes).find(({ class: one }) => one === index)?.probability ?? Number.NaN
  const whole = await ask(tensor.data)
  const index = wanted ?? predictions(vision, whole)[0]?.class ?? 0

  /** The first pixels of the order from one picture, the others from another. */
  async function curve(order: Uint32Array, first: Float32Array, others: Float32Array): Promise<number[]> {
    const data = others.slice()
    const values = [probability(await ask(data), index)]
    const depth = data.length / order.length
    const place = (pixel: number, c: number) =>
      format.layout === 'NCHW' ? c * order.length + pixel : pixel * depth + c
    for (let step = 1, done = 0; step <= steps; step++) {
      const to = Math.round((step * order.length) / steps)
      for (; done < to; done++)
        for (let c = 0; c < depth; c++) {
          const at = place(order[done] as number, c)
          data[at] = first[at] as number
        }
      values.push(probability(await ask(data), index))
    }
    return values
  }

  return {
    class: index,
    async judge(map) {
      const order = orderOf(resizePlane(map, format.width, format.height), seed)
      const deletion = await curve(order, grey, tensor.data)
      const insertion = await curve(order, tensor.data, softened)
      return { deletion, insertion, deletionArea: area(deletion), insertionArea: area(insertion) }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** Pixels from the highest value to the lowest; NaN last, equal ones in the order of a seeded draw. */
export function orderOf({ data }: Plane, seed = 0): Uint32Array {
  const chance = random(seed).uniforms(data.length)
  const value = (i: number) => (Number.isNaN(data[i]) ? Number.NEGATIVE_INFINITY : (data[i] as number))
  return Uint32Array.from(data, (_, i) => i).sort(
    (a, b) => Math.sign(value(b) - value(a)) || (chance[a] as number) - (chance[b] as number),
  )
}

/** By trapezoids, over shares from 0 to 1. */
export function area(curve: readonly number[]): number {
  const inner = curve.reduce((sum, value) => sum + value, 0) - ((curve[0] as number) + (curve.at(-1) as number)) / 2
  return inner / (curve.length - 1)
}

function soft({ format }: VisionModel, { dims, data }: Tensor<'float32'>, sigma: number): Float32Array {
  const { width, height, layout } = format
  const size = width * height
  const depth = data.length / size
  const out = new Float32Array(data.length)
  for (let c = 0; c < depth; c++) {
    const place = (i: number) => (layout === 'NCHW' ? c * size + i : i * depth + c)
    const plane = Float32Array.from({ length: size }, (_, i) => data[place(i)] as number)
    blur({ width, height, data: plane }, sigma).data.forEach((value, i) => {
      out[place(i)] = value
    })
  }
  return float32(dims, out).data
}
