/** Program methods in the engine: one run an image. */

import { programCache } from '#platform'
import { feedsOf, prepare, type VisionModel } from '../models/index.ts'
import type { DiskCache, SessionOptions } from '../platform/index.ts'
import { loadProgram } from '../runtime/index.ts'
import { numbers, type Tensor } from '../tensor/index.ts'
import { rangeOf } from './certificate.ts'
import { answerOf, certify, scoresOf, statusFor } from './certify.ts'
import type { CompileOptions } from './compile.ts'
import type { Explainer, Request } from './explainer.ts'
import { classFeed, maskFeed, outside, refuseResume } from './given.ts'
import { type Ask, type ReadyPart, readyProgram } from './ready.ts'
import { planeOf, scalarOf } from './study.ts'
import { chosenClasses } from './target.ts'
import { withHeatmap } from './with-heatmap.ts'

/**
 * The explainers of one or several methods, in one program: it runs once an image, and lives until the last of them is closed.
 * @throws FoveaError as `compileMethod`
 */
export async function openProgramExplainers(
  vision: VisionModel,
  asked: readonly Ask[],
  session: SessionOptions & Pick<CompileOptions, 'engine'>,
  cache: DiskCache | undefined = programCache(),
): Promise<Explainer[]> {
  const { engine, device } = session
  const asks = asked.map(({ method, choice }) => ({
    method,
    choice: { ...choice, engine, device, class: 'required' as const },
  }))
  const { parts, bytes, inputs, weights, packing } = await readyProgram(vision, asks, cache)
  const program = await loadProgram(bytes, inputs, { ...session, weights, packing })
  const output = answerOf(vision)
  const fetches = [...(output ? [output] : []), ...new Set(parts.flatMap(outputsOf))]
  const feeds = (tensor: Tensor<'float32'>, { class: chosen, inputs: given = {} }: Request) =>
    Object.assign(
      feedsOf(vision, tensor),
      ...parts.map((part) => ({ ...classFeed(vision, part, chosen), ...maskFeed(part.mask, given) })),
    )
  const answer = sharedBy(parts.length, (tensor, request) =>
    program.run(feeds(tensor, request), { fetches, ...(request.signal ? { signal: request.signal } : {}) }),
  )
  let open = parts.length
  return parts.map((part): Explainer => {
    const { method, options, layer, heatmap, score, classes, sums, details = {} } = part
    let closed = false
    return {
      method,
      options,
      layer,
      async explain(image, request = {}) {
        const { prepared = prepare(image, vision.format) } = request
        const { tensor, placement } = prepared
        refuseResume(method, request.resume)
        const answers = await answer(tensor, request).catch((error: unknown) => Promise.reject(outside(error, part)))
        const raw = planeOf(answers[heatmap.name] as Tensor)
        return withHeatmap(placement, {
          raw,
          scores: scoresOf(vision, output, answers),
          certificate: certify(vision, {
            method,
            options,
            like: part.like,
            layer,
            target: part.target,
            chosen: chosenClasses(classes, answers),
            rules: part.rules,
            notes: part.notes,
            status: statusFor(method, options, raw, scalarOf(answers[score.name])),
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
      async [Symbol.asyncDispose]() {
        if (closed) return
        closed = true
        open--
        if (open === 0) await program[Symbol.asyncDispose]()
      },
    }
  })
}

const outputsOf = ({ heatmap, score, classes, sums, details = {} }: ReadyPart): string[] =>
  [heatmap, score, ...Object.values(classes), sums?.sum, sums?.promised, ...Object.values(details)].flatMap(
    (info) => info?.name ?? [],
  )

type Answer = (tensor: Tensor<'float32'>, request: Request) => Promise<Record<string, Tensor>>

/** Of several methods that ask the same of an image only the first one runs the program. */
function sharedBy(methods: number, run: Answer): Answer {
  if (methods === 1) return run
  let last: { readonly of: readonly unknown[]; readonly answers: ReturnType<Answer> } | undefined
  return (tensor, request) => {
    const of = [tensor, request.class, request.inputs, request.signal]
    if (last?.of.every((value, i) => value === of[i])) return last.answers
    const answers = run(tensor, request)
    last = { of, answers }
    return answers.catch((error: unknown) => {
      last = undefined
      throw error
    })
  }
}

/** The numbers that an answer [N] or [N, n] has for the first image. */
function firstRow(answer: Tensor): number | string {
  const all = Array.from(numbers(answer))
  return answer.dims.length < 2 ? (all[0] as number) : all.slice(0, answer.dims[1]).join(', ')
}
