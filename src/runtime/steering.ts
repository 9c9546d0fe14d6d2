/**
 * Values that steer operators: the pads, axes, sizes, indices and conditions that rules must know as plain data. They count as known
 * only where they follow from constants and shapes, never from what is in the image.
 */

import { type Graph, type Node, requiredInputs, usesOf } from '../onnx/index.ts'
import type { Dtype } from '../tensor/index.ts'

/** By operator the inputs (by position) that say where elements go, or how many there are. */
const steered: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  Compress: [1],
  ConstantOfShape: [0],
  CumProd: [1],
  CumSum: [1],
  Expand: [1],
  Gather: [1],
  If: [0],
  MaxUnpool: [2],
  OneHot: [1],
  Pad: [1, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
}

const steeringInputs = (node: Node) => (node.op.startsWith('Reduce') ? [1] : (steered[node.op] ?? []))

/** The computed values that steer operators and do not depend on what the inputs hold. */
export function steeringValues(graph: Graph, dtypes: ReadonlyMap<string, Dtype>): string[] {
  const depends = contentDependent(graph)
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs))
  const wanted = graph.nodes.flatMap((node) => steeringInputs(node).map((i) => node.inputs[i] ?? ''))
  return [...new Set(wanted)].filter((name) => {
    return computed.has(name) && !depends.has(name) && /^(int(32|64)|bool|float32)$/.test(dtypes.get(name) ?? '')
  })
}

/** The operators whose output's size depends on what is in their input. */
const counting = new Set(['NonZero', 'NonMaxSuppression', 'Unique', 'Loop', 'Scan', 'StringSplit', 'SplitToSequence'])
const random = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
])

/** The values that may change when only the inputs' elements change: a shape does so only behind operators that count. */
export function contentDependent(graph: Graph): ReadonlySet<string> {
  return followContent(graph).content
}

/** The values whose elements depend on those of the inputs, and the values whose very size does. */
export function followContent(graph: Graph): {
  readonly content: ReadonlySet<string>
  readonly sizes: ReadonlySet<string>
} {
  const content = new Set(requiredInputs(graph).map(({ name }) => name))
  const sizes = new Set<string>()
  for (const node of graph.nodes) {
    const uses = usesOf(node)
    const sized =
      uses.some((name) => sizes.has(name)) ||
      (counting.has(node.op) && uses.some((name) => content.has(name))) ||
      steeringInputs(node).some((i) => node.op !== 'Gather' && content.has(node.inputs[i] ?? ''))
    const filled = node.op === 'Shape' || node.op === 'Size' ? sized : sized || uses.some((name) => content.has(name))
    for (const output of node.outputs) {
      if (sized && node.op !== 'Shape') sizes.add(output)
      if (filled || random.has(node.op)) content.add(output)
    }
  }
  return { content, sizes }
}
