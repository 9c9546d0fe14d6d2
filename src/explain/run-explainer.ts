/** A run method in the engine: the model is asked once what it says, then as often as the method wants. */

import { inOriginal } from '../image/index.ts'
import type { VisionModel } from '../models/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import { int64, numbers, type Tensor } from '../tensor/index.ts'
import { rangeOf } from './certificate.ts'
import { certify, statusFor } from './certify.ts'
import { type CompileOptions, classInput } from './compile.ts'
import { type Desk, type Look, openDesk } from './desk.ts'
import type { Explainer, Request } from './explainer.ts'
import { classFeed, maskFeed, refuseResume } from './given.ts'
import type { RunMethod } from './method.ts'
import { completeFor } from './options.ts'
import type { Recipe } from './recipe.ts'
import { ask, type Study, scalarOf, withPixels } from './study.ts'
import { chosenClasses } from './target.ts'
import { withHeatmap } from './with-heatmap.ts'

export async function openRunExplainer(
  vision: VisionModel,
  method: RunMethod,
  given: CompileOptions & SessionOptions,
): Promise<Explainer> {
  const options = completeFor(method, given.options ?? {}, given.like)
  const desk = await openDesk(vision, method, options, given)
  const { answering: compiled, layer } = desk
  return {
    method,
    options,
    layer,
    async explain(image, request: Request = {}) {
      const { class: asked, inputs = {}, pictures = {}, budget = Number.POSITIVE_INFINITY } = request
      const { signal, stop, onProgress, resume, prepared } = request
      refuseResume(method, resume)
      const began = performance.now()
      const mask = maskFeed(compiled.mask, inputs)
      const look = await desk.look(image, { ...classFeed(vision, compiled, asked), ...mask }, { signal, prepared })
      const chosen = chosenClasses(compiled.classes, look.answers)
      const feeds: Feeds = {
        ...mask,
        ...(chosen.class === undefined ? {} : { [classInput]: int64([1], [chosen.class]) }),
      }
      const studyAt = (place: Desk, seen: Look): Study => {
        const study: Study = {
          vision: place.vision,
          image,
          input: seen.input,
          placement: seen.placement,
          layer: place.layer,
          asked: asked !== undefined && asked !== 'top' && asked !== -1,
          scores: seen.scores,
          score: scalarOf(seen.answers[place.answering.score.name]),
          pictures,
          signal,
          resume,
          open: async (recipe) =>
            ask(await place.programs.open(withPixels(place.vision, recipe)), {
              vision: place.vision,
              feeds,
              input: seen.input,
              study,
            }),
          async at(size, tensor) {
            const other = await place.at(size)
            const { pixels, image: input, head } = other.vision
            if (!tensor || pixels.name === input.name)
              return studyAt(other, await other.look(image, feeds, { signal, tensor }))
            // The model's own input takes integers, and the given pixels lie between them: they are answered behind it.
            const there = studyAt(other, { ...(await other.look(image, feeds, { signal })), input: tensor })
            if (!head) return there
            const write: Recipe['write'] = ({ builder }) => ({ scores: builder.value(head.output) })
            const { score, scores } = await (await there.open({ name: 'fovea/scores', write })).one(tensor)
            return { ...there, score: scalarOf(score), scores: numbers(scores as Tensor).slice(0, head.classes) }
          },
          prepare: (picture) => place.pixels(picture),
          progress(done, total, preview) {
            signal?.throwIfAborted()
            onProgress?.(done, total, preview)
          },
          spent: () => stop?.aborted === true || performance.now() - began >= budget,
        }
        return study
      }
      const study = studyAt(desk, look)
      const outcome = await method.run(study, options)
      const { map: raw, standardError, curve, state, box, rules = [], ...rest } = outcome
      return withHeatmap(look.placement, {
        raw,
        scores: look.scores,
        ...(standardError ? { standardError } : {}),
        ...(curve ? { curve } : {}),
        ...(state ? { state } : {}),
        certificate: certify(vision, {
          method,
          options,
          like: given.like,
          layer,
          target: compiled.target,
          chosen,
          rules,
          status: statusFor(method, options, raw, study.score),
          ...rangeOf(raw),
          score: study.score,
          ...(standardError ? { standardError } : {}),
          ...rest,
          seen: look.placement.seen,
          ...(box ? { box: inOriginal(box, look.placement) } : {}),
          engine: desk.engine,
        }),
      })
    },
    [Symbol.asyncDispose]: () => desk.close(),
  }
}
