/** The layers of a model: values that carry a spatial feature map; and which of them a CAM looks at unless told otherwise. */

import { didYouMean, FoveaError } from '../error/index.ts'
import { type Graph, type Measured, type Node, producers, valueDtypes } from '../onnx/index.ts'
import { isFloat } from '../tensor/index.ts'

export interface Layer {
  readonly name: string
  /** The operator that computes it. */
  readonly op: string
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** Every value [N, C, h, w] with more than one position that lies on the way from `from` to `to`, in order. */
export function layersOf(graph: Graph, measured: Measured, from: string, to: string): Layer[] {
  const dtypes = valueDtypes(graph)
  const onTheWay = between(graph, from, to)
  return graph.nodes.flatMap((node) =>
    node.outputs.flatMap((name) => {
      const shape = measured.shapes.get(name)
      if (!shape || !onTheWay.has(name) || !isFloat(dtypes.get(name) ?? 'int64')) return []
      const [, channels = 0, height = 0, width = 0] = shape.dims
      if (shape.dims.length !== 4 || height * width < 2 || shape.batch[1] || shape.batch[2]) return []
      return [{ name, op: node.op, channels, height, width }]
    }),
  )
}

/** @throws FoveaError FOVEA_LAYER with the nearest names */
export function findLayer(layers: readonly Layer[], wanted: string): Layer {
  const found = layers.find((layer) => layer.name === wanted)
  if (found) return found
  const hint = didYouMean(
    wanted,
    layers.map((layer) => layer.name),
  )
  throw new FoveaError(
    'FOVEA_LAYER',
    `The model has no layer '${wanted}'${hint}; fovea inspect lists its ${layers.length} layers.`,
    { tensor: wanted },
  )
}

/** Operators that only shrink, flatten or pass on a map: what comes before them is the layer that was learned. */
const passing =
  /^(MaxPool|AveragePool|GlobalAveragePool|GlobalMaxPool|ReduceMean|ReduceMax|Flatten|Reshape|Squeeze|Dropout|Identity|Pad|Cast|Transpose)$/

/**
 * The last layer before the spatial positions are pooled or flattened away.
 * @throws FoveaError FOVEA_LAYER when the model has none
 */
export function defaultLayer(graph: Graph, layers: readonly Layer[], to: string): { layer: Layer; reason: string } {
  const makers = producers(graph)
  const last = layers.at(-1)
  if (!last)
    throw new FoveaError(
      'FOVEA_LAYER',
      'The model has no layer with a feature map [N, channels, height, width]; CAM methods need one.',
    )
  let layer = last
  for (let node = makers.get(layer.name); node && passing.test(node.op); node = makers.get(node.inputs[0] ?? '')) {
    const before = layers.find(({ name }) => name === node?.inputs[0])
    if (!before) break
    layer = before
  }
  const end = firstReader(graph, layer.name)
  const reason = end
    ? `the last feature map before ${end.op} takes the positions away`
    : `the last feature map before '${to}'`
  return { layer, reason }
}

function firstReader(graph: Graph, name: string): Node | undefined {
  return graph.nodes.find((node) => node.inputs.includes(name))
}

function between(graph: Graph, from: string, to: string): Set<string> {
  const after = new Set([from])
  for (const node of graph.nodes)
    if (node.inputs.some((name) => after.has(name))) for (const name of node.outputs) after.add(name)
  const before = new Set([to])
  for (const node of graph.nodes.toReversed())
    if (node.outputs.some((name) => before.has(name))) for (const name of node.inputs) before.add(name)
  return new Set([...after].filter((name) => before.has(name)))
}
