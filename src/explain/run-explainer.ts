/** A run method in the engine: the model is asked once what it says, then as often as the method wants. */

import { toOriginal } from '../image/index.ts'
import { feedsOf, prepare, type VisionModel } from '../models/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import { float32, type Image, int64, numbers, type Tensor } from '../tensor/index.ts'
import { rangeOf, statusOf } from './certificate.ts'
import { answerOf, certify, scoresOf } from './certify.ts'
import { type CompileOptions, classInput, layerFor } from './compile.ts'
import type { Explainer, Request } from './explainer.ts'
import { classFeed, maskFeed, outside } from './given.ts'
import type { RunMethod } from './method.ts'
import { completeFor } from './options.ts'
import type { Recipe } from './recipe.ts'
import { ask, Programs, type Study, scalarOf, withPixels } from './study.ts'
import { chosenClasses, mainValue, pinnedTarget } from './target.ts'

const pixelsOutput = 'fovea/pixels'

/** What the model says; and its pixels where they are not the input itself. */
function answering({ pixels, image }: VisionModel): Recipe {
  if (pixels.name === image.name) return { name: 'fovea/answer' }
  return { name: 'fovea/answer', write: ({ builder }) => ({ [pixelsOutput]: builder.value(pixels.name) }) }
}

export async function openRunExplainer(
  vision: VisionModel,
  method: RunMethod,
  given: CompileOptions & SessionOptions,
): Promise<Explainer> {
  const options = completeFor(method, given.options ?? {}, given.like)
  const target = pinnedTarget(vision, method, options, given.target)
  const layer = layerFor(vision, method, mainValue(vision, target), given.layer)
  const programs = new Programs(vision, { target, layer: layer?.layer, device: given.device }, given)
  const output = answerOf(vision)
  const first = await programs.open(answering(vision), { face: true })
  const { compiled, program } = first

  async function look(image: Image, feeds: Feeds, signal?: AbortSignal) {
    const { tensor, placement } = prepare(image, vision.format)
    const fetches = [
      ...(output ? [output] : []),
      ...[compiled.score, ...Object.values(compiled.classes), ...Object.values(compiled.outputs)].map(
        ({ name }) => name,
      ),
    ]
    const answers = await program
      .run({ ...feedsOf(vision, tensor), ...feeds }, signal ? { fetches, signal } : { fetches })
      .catch((error: unknown) => Promise.reject(outside(error, compiled)))
    const pixels = answers[pixelsOutput]
    return { answers, placement, input: pixels ? firstImage(vision, pixels) : tensor }
  }

  return {
    method,
    options,
    layer,
    async explain(image, request: Request = {}) {
      const {
        class: asked,
        inputs = {},
        pictures = {},
        budget = Number.POSITIVE_INFINITY,
        signal,
        onProgress,
      } = request
      const began = performance.now()
      const mask = maskFeed(compiled.mask, inputs)
      const { answers, placement, input } = await look(
        image,
        { ...classFeed(vision, compiled, asked), ...mask },
        signal,
      )
      const chosen = chosenClasses(compiled.classes, answers)
      const feeds: Feeds = {
        ...mask,
        ...(chosen.class === undefined ? {} : { [classInput]: int64([1], [chosen.class]) }),
      }
      const study: Study = {
        vision,
        image,
        input,
        placement,
        layer,
        score: scalarOf(answers[compiled.score.name]),
        pictures,
        signal,
        open: async (recipe) => ask(await programs.open(withPixels(vision, recipe)), { vision, feeds, input, study }),
        prepare: async (picture) => (await look(picture, feeds, signal)).input,
        progress(done, total, preview) {
          signal?.throwIfAborted()
          onProgress?.(done, total, preview)
        },
        spent: () => performance.now() - began >= budget,
      }
      const outcome = await method.run(study, options)
      const { map: raw, standardError, curve, rules = [], ...rest } = outcome
      return {
        raw,
        heatmap: toOriginal(raw, placement, { filter: 'bilinear' }),
        scores: scoresOf(vision, output, answers),
        ...(standardError ? { standardError } : {}),
        ...(curve ? { curve } : {}),
        certificate: certify(vision, {
          method,
          options,
          like: given.like,
          layer,
          target: compiled.target,
          chosen,
          rules,
          status: statusOf(raw, method.display(options) === 'positive'),
          ...rangeOf(raw),
          score: study.score,
          ...rest,
          seen: placement.seen,
          engine: program.engine,
        }),
      }
    },
    [Symbol.asyncDispose]: () => programs.close(),
  }
}

function firstImage({ batch, pixels }: VisionModel, value: Tensor) {
  const data = Float32Array.from(numbers(value))
  const dims = pixels.batched ? [1, ...value.dims.slice(1)] : [1, ...value.dims]
  return float32(dims, batch === null || batch < 2 ? data : data.slice(0, data.length / batch))
}
