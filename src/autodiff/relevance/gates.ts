/** Which factor of a product is a gate: computed from the image, but only to let the other one through. */

import { constantOf, consumers, type Graph, producers } from '../../onnx/index.ts'

const squashing = new Set(['Sigmoid', 'HardSigmoid', 'Softmax', 'Tanh', 'Erf', 'Softplus'])
/** What may stand between the squashing function and the product: 0.5 (1 + erf x), reshapes, a batch's own Cast. */
const passing = new Set(
  'Add Sub Mul Div Clip Cast Identity Dropout Reshape Flatten Squeeze Unsqueeze Transpose Expand Slice Split Where'.split(
    ' ',
  ),
)

/** Whether a value is a squashing function of something, perhaps scaled, shifted by constants, or moved. */
export function isGate(graph: Graph, name: string): boolean {
  const made = producers(graph).get(name)
  if (!made) return false
  if (squashing.has(made.op)) return true
  if (!passing.has(made.op)) return false
  const inputs = made.inputs.filter((input) => input !== '' && constantOf(graph, input) === undefined)
  return inputs.length === 1 && isGate(graph, inputs[0] as string)
}

const unsigned = new Set([
  'Relu',
  'Sigmoid',
  'HardSigmoid',
  'Softmax',
  'Softplus',
  'Exp',
  'Abs',
  'Sqrt',
  'ReduceL1',
  'ReduceL2',
])
const keeping = new Set(
  `MaxPool AveragePool GlobalMaxPool GlobalAveragePool ReduceMean ReduceSum ReduceMax Add Mul Sum Mean Max Concat Identity Dropout
  Cast Reshape Flatten Squeeze Unsqueeze Transpose Slice Split Gather`.split(/\s+/),
)

/** Whether a value is known to have no negative element: behind a ReLU, and what keeps the sign. */
export function isUnsigned(graph: Graph, name: string, depth = 0): boolean {
  const made = producers(graph).get(name)
  if (!made || depth > 32) return false
  if (unsigned.has(made.op)) return true
  if (made.op === 'Clip') return lowest(graph, made.inputs[1]) >= 0
  if (!keeping.has(made.op)) return false
  const data = /^(Concat|Add|Mul|Sum|Mean|Max)$/.test(made.op) ? made.inputs : made.inputs.slice(0, 1)
  return data.every((input) => isUnsigned(graph, input, depth + 1))
}

/** Whether a value is read by ReLUs alone (with an upper bound or without): where it is negative, nothing of it goes on. */
export function isRectified(graph: Graph, name: string): boolean {
  const readers = consumers(graph).get(name) ?? []
  const cuts = readers.every(
    ({ op, inputs }) => op === 'Relu' || (op === 'Clip' && lowest(graph, inputs[1]) >= 0 && inputs[0] === name),
  )
  return readers.length > 0 && cuts && !graph.outputs.some((output) => output.name === name)
}

const lowest = (graph: Graph, bound = '') =>
  Number(constantOf(graph, bound)?.read().data[0] ?? Number.NEGATIVE_INFINITY)
