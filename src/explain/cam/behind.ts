/** What lies between a layer and the score: whether it is linear, and what it makes of a layer of zeros. */

import { isFlat } from '../../autodiff/index.ts'
import { type Graph, type Node, operatorKey, usesOf, valueDtypes } from '../../onnx/index.ts'
import { isFloat } from '../../tensor/index.ts'

/** The nodes through which `from` reaches `to` as a float, in order. */
export function between(graph: Graph, from: string, to: string): Node[] {
  const dtypes = valueDtypes(graph)
  const reached = new Set([from])
  const forward: Node[] = []
  for (const node of graph.nodes) {
    if (isFlat(node) || !usesOf(node).some((name) => reached.has(name))) continue
    const floats = node.outputs.filter((name) => name !== '' && isFloat(dtypes.get(name) ?? 'int64'))
    if (floats.length === 0) continue
    for (const name of floats) reached.add(name)
    forward.push(node)
  }
  const wanted = new Set([to])
  const back = forward.toReversed().filter((node) => {
    const leads = node.outputs.some((name) => wanted.has(name))
    if (leads) for (const name of usesOf(node)) wanted.add(name)
    return leads
  })
  return back.reverse()
}

const always = new Set(
  `Identity Dropout Cast Reshape Flatten Squeeze Unsqueeze Transpose Slice Gather GatherElements Split Concat Pad Expand Neg
   Add Sub Sum Mean ReduceSum ReduceMean AveragePool GlobalAveragePool`.split(/\s+/),
)
/** Linear in one of their inputs while the others stand still. */
const inOne = new Set(['Mul', 'MatMul', 'Gemm'])
const inFirst = new Set(['Div', 'Conv', 'ConvTranspose', 'BatchNormalization'])

/** The first of the nodes behind `from` that is not linear (with a constant added), or undefined. */
export function firstBent(nodes: readonly Node[], from: string): Node | undefined {
  const moving = new Set([from])
  return nodes.find((node) => {
    const places = node.inputs.flatMap((name, i) => (moving.has(name) ? [i] : []))
    for (const name of node.outputs) moving.add(name)
    const key = operatorKey(node)
    if (always.has(key)) return false
    if (inOne.has(key)) return places.length !== 1
    return !(inFirst.has(key) && places.length === 1 && places[0] === 0)
  })
}

/** The name of a value that is computed once more from zeros. */
export const atZero = (name: string) => `${name}/at-zero`

/** The graph with the nodes once more, computed from zeros in the place of `from`; the class stays the one that was chosen. */
export function withZeros(graph: Graph, nodes: readonly Node[], from: string): Graph {
  const made = new Set([from, ...nodes.flatMap(({ outputs }) => outputs)])
  const rename = (name: string) => (made.has(name) ? atZero(name) : name)
  const start: Node = {
    op: 'Sub',
    domain: '',
    name: atZero(from),
    inputs: [from, from],
    outputs: [atZero(from)],
    attributes: {},
  }
  const copies = nodes.map((node) => ({
    ...node,
    name: atZero(node.name || (node.outputs[0] as string)),
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map((name) => (name === '' ? '' : atZero(name))),
  }))
  return { ...graph, nodes: [...graph.nodes, start, ...copies] }
}
