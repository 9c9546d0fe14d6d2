/** The target of an explanation, written into the model's graph: one score an image, and the class that it speaks of. */

import {
  chosenClass,
  classLogits,
  type Expression,
  type ResolvedTarget,
  references,
  resolveTarget,
  sayable,
  show,
  writeTarget,
} from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import type { VisionModel } from '../models/index.ts'
import { Builder, type Graph, type Measured, type Value, type ValueInfo } from '../onnx/index.ts'
import { int64, numbers, type Tensor } from '../tensor/index.ts'
import type { Method } from './method.ts'
import type { Options } from './options.ts'

export const classInput = 'class_index'
const scoreName = 'fovea/score'

/** The words of a target that stand for a class, and the outputs that tell which one it was, int64 [N]. */
export type ChosenClasses = Readonly<Partial<Record<'class' | 'top', ValueInfo>>>

export interface WrittenScore {
  readonly graph: Graph
  /** In its normal form; `class` and `top` are still words. */
  readonly expression: Expression
  /** [N] */
  readonly score: ValueInfo
  readonly classes: ChosenClasses
  /** The run-time input [N, height, width], when the target has a mask. */
  readonly mask: ValueInfo | undefined
}

/**
 * The target that was asked for, or the method's, or the model's usual one.
 * @throws FoveaError FOVEA_USAGE that says what can be said of the model
 */
export function chooseTarget(vision: VisionModel, method: Method, options: Options, asked?: string): ResolvedTarget {
  const own = method.target?.(options, vision)
  if (asked !== undefined && own !== undefined)
    throw new FoveaError(
      'FOVEA_USAGE',
      `${method.name}'s options ask for the target '${own}', and '${asked}' is asked for: leave one out.`,
    )
  const { vocabulary, usual } = vision.targets
  const text = asked ?? own ?? (vocabulary.scores ? method.usual : undefined) ?? usual
  if (text !== undefined) return resolveTarget(text, vocabulary)
  const outputs = vision.model.graph.outputs.map(
    ({ name }) => `'${name}' [${vision.measured.shapes.get(name)?.dims.join(', ') ?? '?'}]`,
  )
  throw new FoveaError(
    'FOVEA_USAGE',
    `What is to be explained? The model has no list of classes (${vision.answer.without}); its outputs are ${outputs.join(', ')}. Give a target (--target): ${sayable(vocabulary)}. Or name the output with the class scores (--output).`,
  )
}

/** The target with `class` for `top`: all samples are asked about the class of the photograph itself, not each about its own. */
export function pinnedTarget(vision: VisionModel, method: Method, options: Options, asked?: string): ResolvedTarget {
  const target = chooseTarget(vision, method, options, asked)
  const text = show(target.expression, {})
  if (!/\[top\]/.test(text)) return target
  return resolveTarget(text.replaceAll('[top]', '[class]'), vision.targets.vocabulary)
}

/** The value that a target speaks of first: the layers that can explain it lead there. */
export function mainValue({ answer, head }: VisionModel, { expression }: ResolvedTarget): string {
  const first = references(expression).find(
    ({ source, name }) => source !== 'input' && (source !== null || name !== 'mask'),
  )
  return first?.source ? first.name : (head?.logits ?? answer.value)
}

/** @param mode whether `class_index` may be left out ('top': it then is each image's top class) */
export function addTarget(vision: VisionModel, target: ResolvedTarget, mode: 'top' | 'required'): WrittenScore {
  const { graph } = vision.model
  const { vocabulary } = vision.targets
  const builder = new Builder(graph)
  const outputs: ValueInfo[] = []
  const classes: Partial<Record<'class' | 'top', ValueInfo>> = {}
  let mask: ValueInfo | undefined
  const columns = new Map<string, Value>()
  const chosen = (word: 'class' | 'top'): Value => {
    const known = columns.get(word)
    if (known) return known
    const scores = vocabulary.scores as NonNullable<typeof vocabulary.scores>
    const logits = classLogits(builder, vision.measured, scores)
    const asked =
      word === 'class'
        ? builder.input(classInput, 'int64', ['K'], mode === 'top' ? int64([1], [-1]) : undefined)
        : undefined
    const column = chosenClass(builder, logits, scores.classes, asked)
    columns.set(word, column)
    return column
  }
  const written = builder.within('objective', () =>
    writeTarget(target, {
      builder,
      measured: vision.measured,
      vocabulary,
      chosen,
      mask: (height, width) => {
        mask ??= { ...builder.input(maskName(builder), 'float32', ['M', height, width]), shape: ['M', height, width] }
        return { name: mask.name, dtype: 'float32' }
      },
    }),
  )
  const score = describe(builder.named('Identity', scoreName, written.score))
  outputs.push(score)
  for (const word of ['class', 'top'] as const) {
    const column = columns.get(word)
    if (!column) continue
    const info = describe(builder.named('Squeeze', columns.size === 1 ? 'fovea/class' : `fovea/${word}`, column, [1]))
    classes[word] = info
    outputs.push(info)
  }
  return {
    graph: builder.finish(outputs),
    expression: written.expression,
    score,
    classes,
    mask,
  }
}

const maskName = (builder: Builder) => (builder.dtype('mask') ? 'target_mask' : 'mask')

const describe = (value: Value): ValueInfo => ({ ...value, shape: ['N'] })

/** The measurements with room for detections: noise finds few, and a place beyond them cannot be measured. */
export function withDetections({ varying, measured }: VisionModel): Measured {
  if (varying.size === 0) return measured
  const shapes = new Map(measured.shapes)
  for (const [name, axes] of varying) {
    const shape = shapes.get(name)
    if (shape)
      shapes.set(name, { ...shape, dims: shape.dims.map((dim, axis) => (axes[axis] ? Math.max(dim, 300) : dim)) })
  }
  return { ...measured, shapes }
}

/** The classes that the words stood for in a run, of its first image. */
export function chosenClasses(
  classes: ChosenClasses,
  answers: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, number>> {
  const first = (name: string) => numbers(answers[name] as Tensor)[0] as number
  return Object.fromEntries(Object.entries(classes).map(([word, { name }]) => [word, first(name)]))
}

/** 'logits[285]': the normal form, with the classes that were chosen. */
export function targetText(expression: Expression, chosen: Readonly<Record<string, number>>): string {
  return show(expression, chosen)
}

/** The one class that a target speaks of, if it is about one. */
export function meantClass(
  expression: Expression,
  chosen: Readonly<Record<string, number>>,
  scores: string | undefined,
): number | null {
  if (expression.kind === 'negative') return meantClass(expression.of, chosen, scores)
  if (expression.kind !== 'reference') return null
  const { source, name, indices } = expression
  const [index] = indices
  if (indices.length !== 1 || !index || (source !== null && !(source === 'output' && name === scores))) return null
  if (index.kind === 'number') return index.value
  return index.kind === 'word' ? (chosen[index.text] ?? null) : null
}
