/** What a run method works with: one image, one target, and programs of the model that it can ask. */

import { FoveaError } from '../error/index.ts'
import type { Placement } from '../image/index.ts'
import { inputTensor, type VisionModel } from '../models/index.ts'
import type { Descent } from '../optimize/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import { openProgram, type Program } from '../runtime/index.ts'
import { float32, type Image, numbers, type Plane, type Rect, sizeOf, type Tensor } from '../tensor/index.ts'
import type { ChosenLayer } from './choose-layer.ts'
import { Pace } from './pace.ts'
import { type CompiledRecipe, compileRecipe, type Recipe, type RecipeChoice, type Rules } from './recipe.ts'
import { rowsAtOnce, split, stack } from './rows.ts'

/** Answers by name; each [1, …]. */
export type Answers = Readonly<Record<string, Tensor<'float32'>>>

/** What a program is given for one image: the image as `Study.input` is, or a tensor for each entry of the recipe. */
export type Sample = Tensor<'float32'> | Readonly<Record<string, Tensor<'float32'>>>

/** Memory of the picture's size in which a sample may be drawn: it lies there until the next batch is drawn. */
export type Place = () => Float32Array

export interface EachOptions {
  /** Stop when the budget is spent: what was taken so far makes a map. */
  readonly anytime?: boolean
  /** Samples in one run, for programs that take less memory than the whole model; a model that fixes the number keeps it. */
  readonly atOnce?: number
  /** Where this loop lies in the progress of the whole run: default from 0 to its own count. */
  readonly done?: number
  readonly total?: number
  /** The map so far, for whoever watches. */
  readonly preview?: () => Plane
}

/** A program of the study. Every answer has `score` (if the recipe is not bare), and the outputs of the recipe. */
export interface Asked {
  readonly compiled: CompiledRecipe
  /** @param sample default: the study's own image */
  one(sample?: Sample): Promise<Answers>
  /**
   * Asks for samples 0 … count - 1, in batches as large as model and memory allow; what comes does not depend on their size.
   * @param sample its `place` spares fresh memory, where there is one
   * @returns how many were taken: fewer than `count` only with `anytime`
   */
  each(
    count: number,
    sample: (i: number, place?: Place) => Sample,
    take: (i: number, answers: Answers) => void,
    options?: EachOptions,
  ): Promise<number>
}

/** What a method needs that only asks for answers: an image, and whom to ask. A model's study is one; so is any function's. */
export interface Inquiry {
  readonly vision: Pick<VisionModel, 'format' | 'pixels'>
  readonly image: Image
  /** The image as the model's graph receives it, [1, …] in the layout `vision.pixels.layout`, normalised. */
  readonly input: Tensor<'float32'>
  readonly placement: Placement
  /** The value of the target for the image. */
  readonly score: number
  /** Pictures that were given beside the photograph, by the names that the method declares. */
  readonly pictures: Readonly<Record<string, readonly Image[]>>
  readonly signal: AbortSignal | undefined
  /** An earlier run's `Outcome.state`, to go on from. */
  readonly resume: State | undefined
  /** The program of a recipe; compiled at first use and kept, under the recipe's name, as long as the explainer. */
  open(recipe: Recipe): Promise<Pick<Asked, 'one' | 'each'>>
  /** Another picture as `input` is. */
  prepare(picture: Image): Promise<Tensor<'float32'>>
  /** Tells how far the run is; throws the signal's reason when it is cancelled. */
  progress(done: number, total: number, preview?: () => Plane): void
  /** Whether the budget is spent. */
  spent(): boolean
}

export interface Study extends Inquiry {
  readonly vision: VisionModel
  readonly layer: ChosenLayer | undefined
  /** The model's scores for the image, where it has classes. */
  readonly scores: Float64Array
  /** Whether somebody asked for the class; else it is the top one. */
  readonly asked: boolean
  open(recipe: Recipe): Promise<Asked>
  /**
   * The same photograph, target and class at another size of the model's input, [height, width].
   * @param input what the model receives there; default: the photograph, prepared for that size
   * @throws FoveaError FOVEA_UNSUPPORTED_OP for a model that cannot be freed from its size
   */
  at(size: readonly [number, number], input?: Tensor<'float32'>): Promise<Study>
}

/** Descents that were made so far, each with its mask, its loss curve and what its optimiser remembers; may be cloned. */
export type State = readonly Descent[]

/** What a run gives back. */
export interface Outcome {
  /** Raw values, over the field of the model's input, at any resolution. */
  readonly map: Plane
  /** What the map's parts add up to, and what the method promises that they do. */
  readonly sums?: { readonly sum: number; readonly promised: number }
  /** What belongs into the certificate: seed, samples taken, scales. */
  readonly details?: Readonly<Record<string, number | string | boolean>>
  readonly notes?: readonly string[]
  /** Of a map that was estimated from samples, in its resolution. */
  readonly standardError?: Plane
  /** What was explained lies here: a detector's box, in pixels of the model's input. */
  readonly box?: Rect
  /** The loss, step by step, of a map that was optimised. */
  readonly curve?: readonly number[]
  /** Where the optimisation stands: given back, it goes on from there. */
  readonly state?: State
  readonly rules?: readonly Rules[]
}

export interface Opened {
  readonly compiled: CompiledRecipe
  readonly program: Program
  readonly pace: Pace
}

/** Programs of one model and target; they outlive the images. */
export class Programs {
  readonly #kept = new Map<string, Promise<Opened>>()
  readonly #vision: VisionModel
  readonly #choice: RecipeChoice
  readonly #session: SessionOptions

  constructor(vision: VisionModel, choice: RecipeChoice, session: SessionOptions) {
    this.#vision = vision
    this.#choice = choice
    this.#session = session
  }

  open(recipe: Recipe, choice: Partial<RecipeChoice> = {}) {
    const known = this.#kept.get(recipe.name)
    if (known) return known
    const made = this.#make(recipe, choice)
    this.#kept.set(recipe.name, made)
    made.catch(() => this.#kept.delete(recipe.name))
    return made
  }

  async #make(recipe: Recipe, choice: Partial<RecipeChoice>): Promise<Opened> {
    const compiled = await compileRecipe(this.#vision, recipe, { ...this.#choice, ...choice })
    // Several programs of one study run in turns.
    const program = await openProgram(compiled.model, { ...this.#session, spinning: false })
    return { compiled, program, pace: new Pace(rowsAtOnce(this.#vision, compiled.model, compiled.measured)) }
  }

  async close(): Promise<void> {
    for (const made of this.#kept.values())
      await made.then(
        ({ program }) => program[Symbol.asyncDispose](),
        () => {},
      )
    this.#kept.clear()
  }
}

export interface AskOptions {
  readonly vision: VisionModel
  /** The class, the mask: what all samples share. */
  readonly feeds: Feeds
  readonly input: Tensor<'float32'>
  readonly study: Pick<Study, 'progress' | 'spent' | 'signal'>
}

/** The pixels are given as floats, also where the model's own input takes integers: samples lie between them. */
export function withPixels(vision: VisionModel, recipe: Recipe): Recipe {
  const { pixels, image } = vision
  return pixels.name === image.name ? recipe : { ...recipe, entry: [pixels.name, ...(recipe.entry ?? [])] }
}

export function ask({ compiled, program, pace }: Opened, { vision, feeds, input, study }: AskOptions): Asked {
  const { signal } = study
  const wanted = new Set(program.inputs.map(({ name }) => name))
  const fetches = [compiled.score.name, ...Object.keys(compiled.outputs)].filter((name) =>
    program.outputs.includes(name),
  )
  const names: Record<string, string> = { [compiled.score.name]: 'score' }
  const batchAxis = (name: string) => {
    const axis = vision.measured.shapes.get(name)?.batch.indexOf(true) ?? 0
    return axis < 0 && (vision.batch ?? 0) > 1 ? 0 : axis
  }

  /** The last batch of each input: fresh memory costs more than what is written into it. */
  const rooms = new Map<string, Float32Array>()
  const roomOf = (name: string, length: number): Float32Array => {
    const last = rooms.get(name)
    if (last?.length === length) return last
    const fresh = new Float32Array(length)
    rooms.set(name, fresh)
    return fresh
  }

  async function run(samples: readonly Sample[]): Promise<Answers[]> {
    const given = samples.map(
      (sample) => ('dims' in sample ? { [vision.pixels.name]: sample } : sample) as Record<string, Tensor>,
    )
    const shared = { [vision.pixels.name]: input }
    const batch: Record<string, Tensor> = {}
    for (const info of program.inputs) {
      const rows = given.map((one) => one[info.name] ?? shared[info.name])
      if (rows.every((row) => row !== undefined)) {
        const stacked = stack(rows as Tensor<'float32'>[], batchAxis(info.name), (length) => roomOf(info.name, length))
        const dropped =
          vision.batch === 0 && info.name === vision.pixels.name
            ? float32(stacked.dims.slice(1), stacked.data)
            : stacked
        batch[info.name] = info.dtype === 'float32' ? dropped : inputTensor({ ...info, shape: dropped.dims }, dropped)
      } else {
        const fixed = feeds[info.name] ?? vision.inputs[info.name]
        if (fixed) batch[info.name] = repeated(fixed, info.shape?.[0], vision.image.shape?.[0], samples.length)
      }
    }
    const unknown = given.flatMap(Object.keys).find((name) => !wanted.has(name))
    if (unknown !== undefined && unknown !== vision.pixels.name)
      throw new FoveaError('FOVEA_INTERNAL', `The program takes no '${unknown}'; it takes ${[...wanted].join(', ')}.`)
    const answers = await program.run(batch, signal ? { fetches, signal } : { fetches })
    const rows = samples.map((): Record<string, Tensor<'float32'>> => ({}))
    for (const [name, answer] of Object.entries(answers))
      split(answer, samples.length).forEach((row, i) => {
        const target = rows[i]
        if (target) target[names[name] ?? name] = row
      })
    return rows
  }

  /** Where picture k of a batch will lie. */
  const placeOf = (k: number, many: number): Place | undefined => {
    const { name } = vision.pixels
    if (batchAxis(name) !== 0) return undefined
    const size = input.data.length
    return () => roomOf(name, many * size).subarray(k * size, (k + 1) * size)
  }

  const growing = vision.batch === null && vision.measured.batch === true
  return {
    compiled,
    async one(sample = input) {
      const rows = await run(filled([sample], vision.batch))
      return rows[0] as Answers
    },
    async each(count, sample, take, { anytime = false, atOnce, done = 0, total = count, preview } = {}) {
      let next = 0
      while (next < count) {
        const many = growing && atOnce ? Math.min(atOnce, count - next) : pace.next(count - next)
        const samples = Array.from({ length: many }, (_, k) => sample(next + k, placeOf(k, many)))
        const began = performance.now()
        const answers = await run(filled(samples, vision.batch))
        if (!atOnce) pace.took(many, performance.now() - began)
        for (let k = 0; k < many; k++) take(next + k, answers[k] as Answers)
        next += many
        study.progress(done + next, total, preview)
        await breathe()
        signal?.throwIfAborted()
        if (anytime && study.spent()) break
      }
      return next
    },
  }
}

/** A fixed batch is filled up with its last sample. */
function filled(samples: readonly Sample[], batch: number | null): readonly Sample[] {
  const missing = Math.max(0, (batch ?? 0) - samples.length)
  return [...samples, ...Array.from({ length: missing }, () => samples.at(-1) as Sample)]
}

/** An input beside the picture that grows with the batch, once for each sample. */
function repeated(given: Tensor, axis: unknown, images: unknown, times: number): Tensor {
  if (times === 1 || typeof axis !== 'string' || axis !== images || given.dims[0] !== 1) return given
  if (given.dtype !== 'float32') return given
  return stack(
    Array.from({ length: times }, () => given as Tensor<'float32'>),
    0,
  )
}

/** Lets timers and signals be heard between batches; a timer would wait for a millisecond. */
export const breathe = () =>
  new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })

/** The first value of an answer. */
export const scalarOf = (answer: Tensor | undefined): number => (answer ? (numbers(answer)[0] as number) : Number.NaN)

/** An answer [1, h, w] as a plane. */
export function planeOf(answer: Tensor): Plane {
  const [height = 0, width = 0] = answer.dims.slice(-2)
  if (answer.dims.length !== 3)
    throw new FoveaError('FOVEA_INTERNAL', `The heatmap has the shape [${answer.dims}], not [N, h, w].`)
  const values = answer.data instanceof Float32Array ? answer.data : numbers(answer)
  return { width, height, data: new Float32Array(values.subarray(0, sizeOf([height, width]))) }
}
