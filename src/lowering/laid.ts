/**
 * Of a sum or product of one image in blocks and one outside, ONNX Runtime takes the first out, too, and all that is added to it
 * further on: along the shortcuts of a residual network two or three reorders a block. The image outside is laid into the blocks
 * instead, once, by a 1x1 depthwise convolution with ones. (Backward nodes only: the forward pass keeps its bits.)
 */

import { consumers, type Graph, type Node } from '../onnx/index.ts'
import { blockedConvolution, liesInBlocks } from './blocked.ts'
import { perChannel } from './masks.ts'
import { dimsOf, type Known, type Lowering } from './rewrite.ts'

export const laidInBlocks: Lowering = (node, known) => {
  const outside = plansOf(known).get(node)
  if (outside === undefined) return undefined
  const channels = dimsOf(known, outside)?.[1] as number
  return (builder) => {
    const images = node.inputs.map((name) => {
      const image = builder.value(name)
      return name === outside ? perChannel(builder, image, channels, 1) : image
    })
    return node.op === 'Add' ? builder.op.Add(...images) : builder.op.Mul(...images)
  }
}

const plans = new WeakMap<Graph, ReadonlyMap<Node, string>>()

/** The nodes with an image to be laid into blocks, in their order: what is laid keeps later nodes inside. */
function plansOf(known: Known): ReadonlyMap<Node, string> {
  const { graph, measured, dtypes } = known
  const made = plans.get(graph)
  if (made) return made
  const plan = new Map<Node, string>()
  const laid = new Set<string>()
  const inside = (name: string) => laid.has(name) || liesInBlocks(graph, name)
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs
    if (!isOf(node, 'Add', 'Mul') || measured.shapes.has(output)) continue
    const [first = '', second = ''] = node.inputs
    if (dtypes.get(output) !== 'float32' || !areAlike(dimsOf(known, first), dimsOf(known, second))) continue
    const outside = node.inputs.filter((name) => !inside(name))
    const [image = ''] = outside
    if (outside.length === 2 || first === second) continue
    if (outside.length === 1) {
      if (!pays(graph, node)) continue
      plan.set(node, image)
    }
    laid.add(output)
  }
  plans.set(graph, plan)
  return plan
}

/** Images [N, C, h, w] of one known size. */
function areAlike(one: readonly unknown[] | undefined, other: readonly unknown[] | undefined): boolean {
  if (one?.length !== 4 || other?.length !== 4) return false
  return one.slice(1).every((dim, i) => typeof dim === 'number' && dim === other[i + 1])
}

/** A product with a single reader would have its mask reordered instead of the image: as dear. */
function pays(graph: Graph, node: Node): boolean {
  const readers = consumers(graph).get(node.outputs[0] as string) ?? []
  const staying = readers.filter(
    (reader) => isOf(reader, 'Add', 'Mul') || (isOf(reader, 'Conv') && blockedConvolution(graph, reader)),
  )
  return staying.length > (node.op === 'Add' ? 0 : 1)
}

const isOf = (node: Node, ...operators: string[]) => node.domain === '' && operators.includes(node.op)
