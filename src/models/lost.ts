/** Where nothing is left of a picture that is too small for its model. ONNX Runtime often computes on, with zeros. */

import { attributesOf, type Graph, type Measured, type Node, type ValueInfo } from '../onnx/index.ts'
import { varyingValues } from './head.ts'

export interface Lost {
  readonly node: string
  readonly why: string
}

/** The first node that finds too little of the picture, in a model that measured so. */
export function lostAt(graph: Graph, measured: Measured, image: ValueInfo): Lost | undefined {
  // A model that fixes its size was made for it.
  const open = image.shape?.slice(-3).every((dim) => typeof dim === 'number') !== true
  return emptyValue(graph, measured, image.name) ?? (open ? lostWindow(graph, measured) : undefined)
}

/** A value that holds nothing although its size does not depend on what the image shows. */
function emptyValue(graph: Graph, { shapes }: Measured, image: string): Lost | undefined {
  const varying = varyingValues(graph, image)
  for (const node of graph.nodes)
    for (const value of node.outputs) {
      const dims = shapes.get(value)?.dims ?? []
      // Vectors of length zero are how exporters write "no axes", "no sizes".
      if (dims.length >= 3 && dims.includes(0) && !varying.has(value))
        return { node: nameOf(node), why: `its output '${value}' is [${dims}]` }
    }
  return undefined
}

/**
 * A window larger than the padded map it slides over (ONNX Runtime's division truncates, so it answers one cell all the same), or
 * one that steps over a map of a single cell.
 */
function lostWindow(graph: Graph, { shapes }: Measured): Lost | undefined {
  for (const node of graph.nodes) {
    if (!/^(Conv|MaxPool|AveragePool|LpPool)$/.test(node.op)) continue
    const attributes = attributesOf(node)
    const sizes = shapes.get(node.inputs[0] ?? '')?.dims.slice(2) ?? []
    const kernel = attributes.ints('kernel_shape') ?? shapes.get(node.inputs[1] ?? '')?.dims.slice(2) ?? []
    const [pads, strides, dilations] = ['pads', 'strides', 'dilations'].map((name) => attributes.ints(name) ?? [])
    const same = attributes.string('auto_pad', 'NOTSET').startsWith('SAME')
    // With ceil_mode a part of a window is a place.
    const fits = same || attributes.int('ceil_mode', 0) === 1
    for (const [axis, size] of sizes.entries()) {
      const room = size + (pads?.[axis] ?? 0) + (pads?.[axis + sizes.length] ?? 0)
      const window = ((kernel[axis] ?? 1) - 1) * (dilations?.[axis] ?? 1) + 1
      if (!fits && room < window)
        return { node: nameOf(node), why: `its window of ${window} does not fit into a map of ${room}` }
    }
    if (sizes.length > 0 && sizes.every((size, axis) => size === 1 && (strides?.[axis] ?? 1) > 1))
      return { node: nameOf(node), why: `it steps by ${strides?.join(' x ')} over a map of a single cell` }
  }
  return undefined
}

const nameOf = (node: Node) => node.name || node.outputs[0] || node.op
