/** What can be said of a model in the target language: its names, short names for its answers, and examples. */

import { isPlain, type Vocabulary } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import type { ValueInfo } from '../onnx/index.ts'
import { isFloat } from '../tensor/index.ts'
import type { Answer, Facts } from './head.ts'
import { findClass } from './labels.ts'

export interface Spoken {
  readonly vocabulary: Vocabulary
  /** What is explained unless a target says otherwise; undefined where one must. */
  readonly usual: string | undefined
  /** The announcement for a model without classes, of which something is explained all the same. */
  readonly note?: string
}

export function targetsOf(
  facts: Facts & Pick<Vocabulary, 'varying'>,
  answer: Answer,
  labels: readonly string[] | undefined,
  layers: readonly string[],
): Spoken {
  const { graph, batch, varying } = facts
  const { head } = answer
  const moving = graph.outputs.filter(({ dtype }) => isFloat(dtype))
  const taken = new Set(graph.outputs.map(({ name }) => name))
  const maps = moving.filter((output) => isMap(axesOf(facts, output)))
  const aliases = {
    ...(moving.length === 1 && !taken.has('y') ? { y: moving[0]?.name ?? '' } : {}),
    ...(maps.length === 1 && !taken.has('seg') ? { seg: maps[0]?.name ?? '' } : {}),
  }
  const examples = head ? ['logits[0]', 'prob[top]'] : moving.slice(0, 4).map((output) => example(facts, output))
  const last = layers.at(-1)
  // Whole numbers pass no gradient: what they were made of does.
  if (examples.length === 0 && last !== undefined) examples.push(`mean(layer(${JSON.stringify(last)})[0])`)
  const vocabulary: Vocabulary = {
    ...(head ? { scores: head } : {}),
    outputs: graph.outputs.map(({ name }) => name),
    inputs: graph.inputs.map(({ name }) => name),
    aliases,
    layers,
    examples,
    ...(batch > 0 ? { fixedBatch: batch } : {}),
    varying,
    classOf(label) {
      const index = findClass(label, head?.classes ?? 0, labels)
      if (index >= 0) return index
      throw new FoveaError('FOVEA_CLASS', `'${label}' in a target is the word ${label} without quotes.`)
    },
  }
  if (head) return { vocabulary, usual: 'class' }
  const main = graph.outputs.find(({ name }) => name === answer.output) as ValueInfo
  const axes = axesOf(facts, main)
  const single =
    isFloat(main.dtype) && !varying.has(main.name) && axes.every((dim) => dim === 1) ? `${spell(main.name)}` : undefined
  const usual = single && (axes.length === 0 ? single : `${single}[${axes.map(() => 0)}]`)
  if (!usual) return { vocabulary, usual }
  const note = `The model has no list of classes (${answer.without}): its answer ${usual} is explained (--target says otherwise).`
  return { vocabulary, usual, note }
}

/** The axes of an output beside the images'. */
function axesOf(
  { measured, batch, varying }: Facts & Pick<Vocabulary, 'varying'>,
  { name }: ValueInfo,
): readonly number[] {
  const { dims = [], batch: grows = [] } = measured.shapes.get(name) ?? {}
  return !varying.get(name)?.[0] && (grows[0] || (batch > 0 && dims[0] === batch)) ? dims.slice(1) : dims
}

const isMap = (axes: readonly number[]) => axes.length === 3 && (axes[1] as number) > 1 && (axes[2] as number) > 1

const spell = (name: string) => (isPlain(name) ? name : `output(${JSON.stringify(name)})`)

function example(facts: Facts & Pick<Vocabulary, 'varying'>, output: ValueInfo): string {
  const axes = axesOf(facts, output)
  const name = spell(output.name)
  if (isMap(axes)) return `sum(${name}[0])`
  return axes.length === 0 ? name : `${name}[${axes.map(() => 0).join(', ')}]`
}
