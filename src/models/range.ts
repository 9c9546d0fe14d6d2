/** What the first nodes behind the input tell of the values it wants. Small and honest: no evidence, no claim. */

import { attributesOf, constantOf, consumers, type Graph, type Node, type ValueInfo } from '../onnx/index.ts'
import { isFloat, numbers } from '../tensor/index.ts'

export interface Evidence {
  /** The preset whose values fit. */
  readonly preset: 'raw' | 'unit'
  /** What was seen, as a clause: "node 'sub' subtracts 123.7". */
  readonly because: string
}

const passing = /^(Cast|Transpose|Identity|Reshape|Squeeze|Unsqueeze|Pad|Resize|Clip)$/

/** What the graph says of the range of its picture, when it says something. */
export function rangeEvidence(graph: Graph, image: ValueInfo): Evidence | undefined {
  if (!isFloat(image.dtype)) return { preset: 'raw', because: `its input '${image.name}' is ${image.dtype}` }
  let name = image.name
  for (let steps = 0; steps < 6; steps++) {
    const readers = (consumers(graph).get(name) ?? []).filter(({ op }) => op !== 'Shape')
    const [node] = readers
    if (readers.length !== 1 || !node) return undefined
    const found = fromNode(graph, node, name)
    if (found) return found
    if (!passing.test(node.op)) return undefined
    name = node.outputs[0] as string
  }
  return undefined
}

function fromNode(graph: Graph, node: Node, value: string): Evidence | undefined {
  const label = `node '${node.name || node.outputs[0]}' (${node.op})`
  if (node.op === 'BatchNormalization') return fromMean(graph, node, label)
  if (!/^(Sub|Add|Mul|Div)$/.test(node.op)) return undefined
  const other = node.inputs.find((name) => name !== value)
  const numbers = other === undefined ? undefined : valuesOf(graph, other)
  const [first, largest] = [numbers?.[0], numbers && Math.max(...numbers.map(Math.abs))]
  if (first === undefined || largest === undefined || (node.op === 'Div' && node.inputs[1] !== other)) return undefined
  const shown = numbers?.map((v) => Number(v.toPrecision(4))).join(', ')
  const says = (preset: Evidence['preset'], does: string): Evidence => ({
    preset,
    because: `${label} ${does} ${shown}`,
  })
  switch (node.op) {
    case 'Div':
      return largest > 2
        ? says('raw', 'divides it by')
        : inside(numbers, 0.15, 1)
          ? says('unit', 'divides it by')
          : undefined
    case 'Mul':
      return largest < 0.1 ? says('raw', 'multiplies it by') : undefined
    case 'Sub':
      return largest > 2 ? says('raw', 'subtracts') : inside(numbers, 0.2, 0.8) ? says('unit', 'subtracts') : undefined
    default:
      return largest > 2 ? says('raw', 'adds') : undefined
  }
}

function fromMean(graph: Graph, node: Node, label: string): Evidence | undefined {
  const [mean, variance] = [valuesOf(graph, node.inputs[3] ?? ''), valuesOf(graph, node.inputs[4] ?? '')]
  const epsilon = attributesOf(node).float('epsilon', 1e-5)
  if (!mean || !variance || mean.length === 0) return undefined
  const deviation = variance.map((v) => Math.sqrt(v + epsilon))
  const shown = (values: readonly number[]) => values.map((v) => Number(v.toPrecision(3))).join(', ')
  const because = `${label} expects the mean ${shown(mean)} with the deviation ${shown(deviation)}`
  if (inside(mean, 20, 235) && inside(deviation, 10, 130)) return { preset: 'raw', because }
  if (inside(mean, 0.1, 0.9) && inside(deviation, 0.05, 0.5)) return { preset: 'unit', because }
  return undefined
}

/** A constant of few numbers: one, or one a channel. */
function valuesOf(graph: Graph, name: string): number[] | undefined {
  const constant = constantOf(graph, name)
  if (!constant || !isFloat(constant.dtype) || constant.dims.reduce((a, b) => a * b, 1) > 4) return undefined
  return Array.from(numbers(constant.read()))
}

const inside = (values: readonly number[] | undefined, low: number, high: number) =>
  values !== undefined && values.every((value) => value >= low && value <= high)
