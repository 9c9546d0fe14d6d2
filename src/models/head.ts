/** Where a model's answers are: the class scores, the logits before a final softmax or sigmoid; or that it has no classes. */

import type { ClassScores } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import {
  attributesOf,
  fromFront,
  type Graph,
  type Measured,
  type Node,
  producers,
  type ValueInfo,
} from '../onnx/index.ts'
import { isFloat } from '../tensor/index.ts'
import type { Preset } from './preset.ts'

export interface Head extends ClassScores {
  /** What the output shows of the logits. */
  readonly shows: 'logits' | 'probabilities' | 'log-probabilities'
}

export interface Answer {
  /** Absent when no output, or more than one, is a list of class scores. */
  readonly head: Head | undefined
  /** The value that explanations start from unless a target says otherwise: the logits, or the main output. */
  readonly value: string
  /** The output that shows it. */
  readonly output: string
  /** Why there is no head. */
  readonly without?: string
}

export interface Facts {
  readonly graph: Graph
  readonly measured: Measured
  /** Images in the batch: the fixed number, or 1; 0 when the model takes one image without a batch axis. */
  readonly batch: number
  /** Values whose size depends on the image. */
  readonly varying: { has(name: string): boolean }
}

/**
 * @param wanted the output asked for, if any
 * @throws FoveaError FOVEA_USAGE that lists the outputs for a name that the model does not have
 */
export function findAnswer(facts: Facts, preset: Pick<Preset, 'scores' | 'output'>, asked?: string): Answer {
  const { graph } = facts
  const wanted = asked ?? preset.output
  const outputs = wanted === undefined ? graph.outputs : [named(graph, wanted)]
  const first = outputs[0] as ValueInfo
  const without = (why: string, { name }: ValueInfo = first) => ({
    head: undefined,
    value: name,
    output: name,
    without: why,
  })
  if (preset.scores === 'values') return without('the preset says that its outputs are plain values')
  const lists = outputs.flatMap((output) => headOf(facts, output) ?? [])
  const head = only(lists) ?? only(lists.filter(endsInSoftmax)) ?? only(lists.filter(isUsual))
  if (head) return { head, value: head.logits, output: head.output }
  if (lists.length > 1) {
    const names = lists.map(({ output, classes }) => `'${output}' (${classes})`).join(', ')
    return without(`several outputs could be its class scores: ${names}`)
  }
  return without('none of its outputs is a list of class scores')
}

const only = (heads: readonly Head[]) => (heads.length === 1 ? heads[0] : undefined)
const endsInSoftmax = ({ probability, shows }: Head) => probability === 'softmax' && shows !== 'logits'
const isUsual = ({ output }: Head) => /^(logits|output|scores|probs?|predictions?)$/i.test(output)

function headOf(facts: Facts, { name, dtype }: ValueInfo): Head | undefined {
  const classes = isFloat(dtype) ? listLength(facts, name) : undefined
  if (classes === undefined) return undefined
  const found = beforeProbabilities(facts, name)
  // One number an image is an answer, not a choice, unless a sigmoid says so.
  if (classes === 1 && found?.probability !== 'sigmoid') return undefined
  return { output: name, classes, logits: name, probability: 'softmax', shows: 'logits', ...found }
}

/** The classes of a value [N, classes] or [N, classes, 1, 1], or [classes] of a model without a batch axis. */
function listLength({ measured, batch, varying }: Facts, name: string): number | undefined {
  const shape = measured.shapes.get(name)
  if (!shape || varying.has(name)) return undefined
  const { dims } = shape
  const ofImages = batch === 0 ? false : shape.batch[0] || dims[0] === batch
  const own = ofImages ? dims.slice(1) : batch === 0 ? (dims[0] === 1 && dims.length > 1 ? dims.slice(1) : dims) : []
  const [classes, ...rest] = own
  return rest.every((dim) => dim === 1) && shape.batch.lastIndexOf(true) <= 0 ? classes : undefined
}

function named(graph: Graph, name: string): ValueInfo {
  const found = graph.outputs.find((output) => output.name === name)
  if (found) return found
  const all = graph.outputs.map((output) => `'${output.name}'`).join(', ')
  throw new FoveaError('FOVEA_USAGE', `The model has no output '${name}'; it has ${all}.`)
}

type Found = Pick<Head, 'logits' | 'probability' | 'shows'>

/** Follows what does not change scores (Identity, Reshape, Cast …) back to a softmax over the classes, or a sigmoid. */
function beforeProbabilities(facts: Facts, output: string): Found | undefined {
  const makers = producers(facts.graph)
  let name = output
  for (let steps = 0; steps < 6; steps++) {
    const node = makers.get(name)
    const logits = node?.inputs[0] ?? ''
    if (!node || logits === '') return undefined
    if (node.op === 'Sigmoid') return { logits, probability: 'sigmoid', shows: 'probabilities' }
    if (node.op === 'Softmax' || node.op === 'LogSoftmax') {
      const shows = node.op === 'Softmax' ? 'probabilities' : 'log-probabilities'
      return overClasses(node, facts) ? { logits, probability: 'softmax', shows } : undefined
    }
    if (!/^(Identity|Reshape|Flatten|Squeeze|Unsqueeze|Cast|Dropout)$/.test(node.op)) return undefined
    name = logits
  }
  return undefined
}

function overClasses(node: Node, facts: Facts): boolean {
  const [name = ''] = node.inputs
  const rank = facts.measured.shapes.get(name)?.dims.length ?? 0
  const axis = attributesOf(node).int('axis', -1)
  return listLength(facts, name) !== undefined && fromFront(axis, rank) === (facts.batch === 0 && rank === 1 ? 0 : 1)
}

const counting = /^(NonMaxSuppression|NonZero|Unique|Compress)$/

/** Values whose size is counted from the image (what a detector finds), and what is computed from them. */
export function varyingValues(graph: Graph, image: string): Set<string> {
  const reached = new Set([image])
  const varying = new Set<string>()
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => reached.has(name))) continue
    const counted = counting.test(node.op) || node.inputs.some((name) => varying.has(name))
    for (const name of node.outputs) {
      reached.add(name)
      if (counted) varying.add(name)
    }
  }
  return varying
}
