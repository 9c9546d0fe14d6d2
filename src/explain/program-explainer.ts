/** A program method in the engine: one run an image. */

import { programCache } from '#platform'
import { feedsOf, prepare, type VisionModel } from '../models/index.ts'
import type { DiskCache, SessionOptions } from '../platform/index.ts'
import { loadProgram } from '../runtime/index.ts'
import { numbers, type Tensor } from '../tensor/index.ts'
import { rangeOf } from './certificate.ts'
import { answerOf, certify, scoresOf, statusFor } from './certify.ts'
import type { CompileOptions } from './compile.ts'
import type { Explainer } from './explainer.ts'
import { classFeed, maskFeed, outside, refuseResume } from './given.ts'
import type { ProgramMethod } from './method.ts'
import { readyProgram } from './ready.ts'
import { planeOf, scalarOf } from './study.ts'
import { chosenClasses } from './target.ts'
import { withHeatmap } from './with-heatmap.ts'

export async function openProgramExplainer(
  vision: VisionModel,
  method: ProgramMethod,
  options: CompileOptions & SessionOptions,
  cache: DiskCache | undefined = programCache(),
): Promise<Explainer> {
  const compiled = await readyProgram(vision, method, { ...options, class: 'required' }, cache)
  const { weights, packing } = compiled
  const program = await loadProgram(compiled.bytes, compiled.inputs, { ...options, weights, packing })
  const { heatmap, score, classes, mask, sums, details = {}, layer } = compiled
  const output = answerOf(vision)
  const wanted = [
    ...[heatmap, score, ...Object.values(classes), sums?.sum, sums?.promised],
    ...Object.values(details),
  ].flatMap((info) => info?.name ?? [])
  const fetches = [...(output ? [output] : []), ...wanted]
  return {
    method,
    options: compiled.options,
    layer,
    async explain(image, { class: asked, inputs = {}, signal, resume, prepared = prepare(image, vision.format) } = {}) {
      refuseResume(method, resume)
      const { tensor, placement } = prepared
      const feeds = { ...feedsOf(vision, tensor), ...classFeed(vision, compiled, asked), ...maskFeed(mask, inputs) }
      const answers = await program
        .run(feeds, signal ? { fetches, signal } : { fetches })
        .catch((error: unknown) => Promise.reject(outside(error, compiled)))
      const raw = planeOf(answers[heatmap.name] as Tensor)
      return withHeatmap(placement, {
        raw,
        scores: scoresOf(vision, output, answers),
        certificate: certify(vision, {
          method,
          options: compiled.options,
          like: options.like,
          layer,
          target: compiled.target,
          chosen: chosenClasses(classes, answers),
          rules: compiled.rules,
          notes: compiled.notes,
          status: statusFor(method, compiled.options, raw, scalarOf(answers[score.name])),
          ...rangeOf(raw),
          score: scalarOf(answers[score.name]),
          sums: sums && {
            sum: sums.sum ? scalarOf(answers[sums.sum.name]) : raw.data.reduce((sum, value) => sum + value, 0),
            promised: scalarOf(answers[sums.promised.name]),
          },
          details: Object.fromEntries(
            Object.entries(details).map(([word, { name }]) => [word, firstRow(answers[name] as Tensor)]),
          ),
          seen: placement.seen,
          engine: program.engine,
        }),
      })
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** The numbers that an answer [N] or [N, n] has for the first image. */
function firstRow(answer: Tensor): number | string {
  const all = Array.from(numbers(answer))
  return answer.dims.length < 2 ? (all[0] as number) : all.slice(0, answer.dims[1]).join(', ')
}
