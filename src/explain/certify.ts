/** Writes the certificate of a heatmap, and reads the model's own answer for it. */

import { type Expression, straightThrough } from '../autodiff/index.ts'
import type { VisionModel } from '../models/index.ts'
import { type Model, operatorKey } from '../onnx/index.ts'
import { numbers, type Plane, sizeOf, type Tensor } from '../tensor/index.ts'
import { type Certificate, meanSize, type Status, statusOf } from './certificate.ts'
import type { ChosenLayer } from './choose-layer.ts'
import type { Method } from './method.ts'
import type { Options } from './options.ts'
import type { Rules } from './recipe.ts'
import type { Outcome } from './study.ts'
import { meantClass, targetText } from './target.ts'
import { version } from './version.ts'

type Measurement = Pick<Certificate, 'status' | 'minimum' | 'maximum' | 'score' | 'seen' | 'box' | 'engine'> &
  Pick<Outcome, 'sums' | 'details' | 'notes' | 'standardError'>

export interface Explained extends Measurement {
  readonly method: Method
  readonly options: Options
  readonly like: string | undefined
  readonly layer: ChosenLayer | undefined
  readonly target: Expression
  /** The classes that the target's words stood for. */
  readonly chosen: Readonly<Record<string, number>>
  readonly rules: readonly Pick<Rules, 'name' | 'notes'>[]
}

export function certify(
  vision: VisionModel,
  {
    method,
    options,
    like,
    layer,
    target,
    chosen,
    rules,
    sums,
    details = {},
    notes = [],
    standardError,
    ...measurement
  }: Explained,
): Certificate {
  const { format, labels } = vision
  const index = meantClass(target, chosen, vision.head?.output)
  return {
    ...measurement,
    method: method.name,
    options,
    like: like ?? null,
    class: index,
    objective: targetText(target, chosen),
    label: index === null ? null : (labels?.[index] ?? null),
    layer: layer
      ? { name: layer.layer.name, size: [layer.layer.height, layer.layer.width], reason: layer.reason }
      : null,
    rules: rulesOf(vision, rules),
    completeness: sums ? { ...sums, error: sums.sum - sums.promised } : null,
    standardError: standardError ? meanSize(standardError) : null,
    details,
    notes: [...rules.flatMap((rule) => rule.notes ?? []), ...notes],
    model: { name: vision.name, sha256: vision.hash },
    preset: { name: format.preset.name, source: format.preset.source },
    input: [format.height, format.width],
    version,
  }
}

/** What a map is worth; one that was made of a score that is no number says nothing, whatever comparisons made of it. */
export function statusFor(method: Method, options: Options, raw: Plane, score: number): Status {
  if (!method.classFree && !Number.isFinite(score)) return 'not-finite'
  return statusOf(raw, method.display(options) === 'positive')
}

/** The rule sets; and where a rounding was passed straight through, so that the gradient is an estimate. */
function rulesOf({ model }: VisionModel, rules: readonly Pick<Rules, 'name'>[]): string {
  if (rules.length === 0) return 'none: forward passes only'
  const names = rules.map(({ name }) => name).join(', ')
  const rounded = roundedIn(model)
  return rounded.length === 0 ? names : `${names}, straight through ${rounded.join(', ')} (an estimate)`
}

const found = new WeakMap<Model, readonly string[]>()

function roundedIn(model: Model): readonly string[] {
  const keys =
    found.get(model) ?? [...new Set(model.graph.nodes.map(operatorKey))].filter((key) => straightThrough.has(key))
  found.set(model, keys)
  return keys
}

/** The output that is shown as the model's scores, when it is short enough to be a list. */
export function answerOf({ head, answer, measured, varying }: VisionModel): string | undefined {
  if (head) return head.output
  const { dims = [] } = measured.shapes.get(answer.output) ?? {}
  return varying.has(answer.output) || sizeOf(dims) > 1000 || dims.length > 2 ? undefined : answer.output
}

/** The numbers of the first image; a fixed batch holds the same one several times. */
export function scoresOf(
  { batch }: VisionModel,
  output: string | undefined,
  answers: Readonly<Record<string, Tensor>>,
): Float64Array {
  const scores = output === undefined ? undefined : answers[output]
  if (!scores) return new Float64Array(0)
  const all = numbers(scores)
  return batch === null || batch < 2 ? all : all.slice(0, all.length / batch)
}
