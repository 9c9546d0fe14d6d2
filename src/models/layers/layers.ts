/** All layers of a model, found by following the image's positions through the graph, and finding one by its name. */

import { didYouMean, FoveaError } from '../../error/index.ts'
import { type Graph, type Measured, usesOf, valueDtypes } from '../../onnx/index.ts'
import { isFloat } from '../../tensor/index.ts'
import { pixel } from '../receptive-field.ts'
import { type Layer, layerOf } from './layer.ts'
import { sizesOf } from './operator.ts'
import { rasterOf } from './positions.ts'
import { trace } from './trace.ts'

/**
 * Every value that is a map of the image and lies on the way from `image` to `to`, in order.
 * @param image the value [N, 3, h, w], [N, h, w, 3], or the same without N, that carries the picture
 */
export function layersOf(
  graph: Graph,
  measured: Measured,
  image: string,
  to: string,
  layout: 'NCHW' | 'NHWC' = guessLayout(measured, image),
): Layer[] {
  const rank = measured.shapes.get(image)?.dims.length ?? 0
  const images = rank === 4 ? imagesOf(measured, image) : 1
  const dims = sizesOf(measured, image, images)
  const y = layout === 'NCHW' ? rank - 2 : rank - 3
  const grid = [dims[y] ?? 0, dims[y + 1] ?? 0] as const
  if (rank < 3 || rank > 4 || grid[0] * grid[1] < 2) return []
  const start = rasterOf(images, grid, { rank, batch: rank - 4, y, x: y + 1 }, pixel)
  const positions = trace(graph, measured, image, start, images)
  const dtypes = valueDtypes(graph)
  const onTheWay = leadingTo(graph, to)
  return graph.nodes.flatMap((node) =>
    node.outputs.flatMap((name) => {
      const found = positions.get(name)
      if (!found || !onTheWay.has(name) || !isFloat(dtypes.get(name) ?? 'int64')) return []
      return layerOf(measured, node, name, found, images) ?? []
    }),
  )
}

/** Two where the model takes any number, so that the codes tell where the batch goes, too. */
function imagesOf({ shapes }: Measured, image: string): number {
  const shape = shapes.get(image)
  return shape?.batch[0] ? 2 : (shape?.dims[0] ?? 1)
}

function guessLayout({ shapes }: Measured, image: string): 'NCHW' | 'NHWC' {
  const [, first = 0, , last = 0] = shapes.get(image)?.dims ?? []
  return last <= 4 && first > 4 ? 'NHWC' : 'NCHW'
}

/**
 * By the value's name or the name of the node that computes it.
 * @throws FoveaError FOVEA_LAYER with the nearest names
 */
export function findLayer(layers: readonly Layer[], wanted: string): Layer {
  const found = layers.find(({ name }) => name === wanted) ?? layers.find(({ node }) => node !== '' && node === wanted)
  if (found) return found
  const hint = didYouMean(
    wanted,
    layers.flatMap(({ name, node }) => (node === '' || node === name ? [name] : [name, node])),
  )
  throw new FoveaError(
    'FOVEA_LAYER',
    `The model has no layer '${wanted}'${hint}; fovea inspect lists its ${layers.length} layers.`,
    { tensor: wanted },
  )
}

function leadingTo(graph: Graph, to: string): Set<string> {
  const before = new Set([to])
  for (const node of graph.nodes.toReversed())
    if (node.outputs.some((name) => before.has(name))) for (const name of usesOf(node)) before.add(name)
  return before
}
