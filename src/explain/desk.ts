/** Where a run method works: a model at one input size, the target, the layer, and the programs that were compiled so far. */

import { show } from '../autodiff/index.ts'
import { atSize, feedsOf, type Prepared, prepare, type VisionModel } from '../models/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import { float32, type Image, numbers, type Tensor } from '../tensor/index.ts'
import { answerOf, scoresOf } from './certify.ts'
import type { ChosenLayer } from './choose-layer.ts'
import { type CompileOptions, layerFor } from './compile.ts'
import { outside } from './given.ts'
import type { RunMethod } from './method.ts'
import type { Options } from './options.ts'
import type { CompiledRecipe, Recipe } from './recipe.ts'
import { Programs } from './study.ts'
import { mainValue, pinnedTarget } from './target.ts'

export interface Desk {
  readonly vision: VisionModel
  readonly layer: ChosenLayer | undefined
  readonly programs: Programs
  readonly answering: CompiledRecipe
  readonly engine: string
  /** What the model says of an image: its answers, and its pixels as the graph has them. */
  look(image: Image, feeds: Feeds, options?: LookOptions): Promise<Look>
  /** An image as the graph has its pixels; the model is not asked. */
  pixels(image: Image): Promise<Tensor<'float32'>>
  /** The same desk for another input size; kept. */
  at(size: readonly [number, number]): Promise<Desk>
  close(): Promise<void>
}

export interface Look {
  readonly answers: Readonly<Record<string, Tensor>>
  readonly placement: ReturnType<typeof prepare>['placement']
  readonly input: Tensor<'float32'>
  readonly scores: Float64Array
}

export interface LookOptions {
  readonly signal?: AbortSignal | undefined
  /** What the model receives; default: the image, prepared. */
  readonly tensor?: Tensor<'float32'> | undefined
  /** The image, prepared already. */
  readonly prepared?: Prepared | undefined
}

const pixelsOutput = 'fovea/pixels'

/** What the model says; and its pixels where they are not the input itself. */
function answering({ pixels, image }: VisionModel): Recipe {
  if (pixels.name === image.name) return { name: 'fovea/answer' }
  return { name: 'fovea/answer', write: ({ builder }) => ({ [pixelsOutput]: builder.value(pixels.name) }) }
}

export async function openDesk(
  vision: VisionModel,
  method: RunMethod,
  options: Options,
  given: CompileOptions & SessionOptions,
): Promise<Desk> {
  const target = pinnedTarget(vision, method, options, given.target)
  const layer = layerFor(vision, method, mainValue(vision, target), given.layer)
  const programs = new Programs(
    vision,
    { target, layer: layer?.layer, device: given.device, engine: given.engine },
    given,
  )
  const output = answerOf(vision)
  const { compiled, program } = await programs.open(answering(vision), { face: true })
  const others = new Map<string, Promise<Desk>>()
  const told = [compiled.score, ...Object.values(compiled.classes), ...Object.values(compiled.outputs)]
  const fetches = [...(output ? [output] : []), ...told.map(({ name }) => name)]

  async function look(
    image: Image,
    feeds: Feeds,
    { signal, tensor: given, prepared = prepare(image, vision.format) }: LookOptions = {},
  ): Promise<Look> {
    const { tensor: own, placement } = prepared
    const tensor = given ?? own
    const answers = await program
      .run({ ...feedsOf(vision, tensor), ...feeds }, signal ? { fetches, signal } : { fetches })
      .catch((error: unknown) => Promise.reject(outside(error, compiled)))
    const pixels = answers[pixelsOutput]
    const scores = scoresOf(vision, output, answers)
    return { answers, placement, scores, input: pixels ? firstImage(vision, pixels) : tensor }
  }

  return {
    vision,
    layer,
    programs,
    answering: compiled,
    engine: program.engine,
    look,
    async pixels(picture) {
      const { tensor } = prepare(picture, vision.format)
      if (vision.pixels.name === vision.image.name) return tensor
      const { program } = await programs.open({ ...answering(vision), name: 'fovea/pixels', bare: true })
      const { [pixelsOutput]: value } = await program.run(feedsOf(vision, tensor))
      return firstImage(vision, value as Tensor)
    },
    at(size) {
      const key = size.join('x')
      const { height, width } = vision.format
      if (key === `${height}x${width}`) return Promise.resolve(this)
      const known = others.get(key)
      if (known) return known
      const same = { ...given, target: show(target.expression, {}), ...(layer ? { layer: layer.layer.name } : {}) }
      const made = atSize(vision, size, given.device).then((resized) =>
        openDesk(resized, { ...method, target: () => undefined }, options, same),
      )
      others.set(key, made)
      made.catch(() => others.delete(key))
      return made
    },
    async close() {
      for (const desk of others.values())
        await desk.then(
          (one) => one.close(),
          () => {},
        )
      await programs.close()
    },
  }
}

function firstImage({ batch, pixels }: VisionModel, value: Tensor) {
  const data = Float32Array.from(numbers(value))
  const dims = pixels.batched ? [1, ...value.dims.slice(1)] : [1, ...value.dims]
  return float32(dims, batch === null || batch < 2 ? data : data.slice(0, data.length / batch))
}
