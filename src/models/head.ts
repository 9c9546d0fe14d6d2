/** Where a model's answers are: the scores, and the logits before a final softmax. */

import { FoveaError } from '../error/index.ts'
import {
  attributesOf,
  type Graph,
  type Measured,
  type Node,
  printType,
  producers,
  type ValueInfo,
} from '../onnx/index.ts'

export interface Head {
  /** The output as the model gives it. */
  readonly output: string
  /** The value before a final Softmax, else the output itself. [N, classes] */
  readonly logits: string
  /** Whether the output is the softmax of the logits. */
  readonly softmax: boolean
  readonly classes: number
}

/**
 * @param wanted the output asked for, if any
 * @throws FoveaError FOVEA_USAGE that lists the outputs when none, or more than one, could be meant
 */
export function findHead(graph: Graph, measured: Measured, wanted?: string): Head {
  const output = wanted === undefined ? onlyScores(graph, measured) : named(graph, wanted)
  const dims = dimsOf(measured, output.name)
  if (dims.length !== 2) throw ambiguous(graph, measured, `Output '${output.name}' is no list of class scores`)
  const logits = beforeSoftmax(graph, measured, output.name)
  return { output: output.name, logits, softmax: logits !== output.name, classes: dims[1] as number }
}

function onlyScores(graph: Graph, measured: Measured): ValueInfo {
  const lists = graph.outputs.filter(
    ({ name, dtype }) => dimsOf(measured, name).length === 2 && dtype.startsWith('float'),
  )
  if (lists.length === 1) return lists[0] as ValueInfo
  const logits = lists.find(({ name }) => /^(logits|output|scores|probs?|predictions?)$/i.test(name))
  if (logits) return logits
  throw ambiguous(
    graph,
    measured,
    lists.length === 0 ? 'No output is a list of class scores' : 'Several outputs could be the class scores',
  )
}

function named(graph: Graph, name: string): ValueInfo {
  const found = graph.outputs.find((output) => output.name === name)
  if (found) return found
  const all = graph.outputs.map((output) => `'${output.name}'`).join(', ')
  throw new FoveaError('FOVEA_USAGE', `The model has no output '${name}'; it has ${all}.`)
}

const dimsOf = (measured: Measured, name: string) => measured.shapes.get(name)?.dims ?? []

function ambiguous(graph: Graph, measured: Measured, why: string): FoveaError {
  const all = graph.outputs.map(({ name, dtype }) => `'${name}' ${printType(dtype, dimsOf(measured, name))}`).join(', ')
  return new FoveaError('FOVEA_USAGE', `${why} [N, classes]; the model's outputs are ${all}. Name one with --output.`)
}

/** Follows what does not change scores (Identity, Reshape, Flatten, Squeeze of trailing ones) back to a softmax over classes. */
function beforeSoftmax(graph: Graph, measured: Measured, output: string): string {
  const makers = producers(graph)
  let name = output
  for (let steps = 0; steps < 4; steps++) {
    const node = makers.get(name)
    if (!node) return output
    const [input = ''] = node.inputs
    if (node.op === 'Softmax')
      return overClasses(node, measured) && dimsOf(measured, input).length === 2 ? input : output
    if (!/^(Identity|Reshape|Flatten|Squeeze)$/.test(node.op)) return output
    name = input
  }
  return output
}

function overClasses(node: Node, measured: Measured): boolean {
  const rank = dimsOf(measured, node.inputs[0] ?? '').length
  const axis = attributesOf(node).int('axis', -1)
  return (axis < 0 ? axis + rank : axis) === 1
}
