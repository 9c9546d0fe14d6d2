/** Which layer a CAM looks at unless told otherwise: the last whose positions still reach the scores, as it was learned. */

import { FoveaError } from '../../error/index.ts'
import {
  constantOf,
  consumers,
  type Graph,
  type Measured,
  type Node,
  producers,
  usesOf,
  valueDtypes,
} from '../../onnx/index.ts'
import { isFloat } from '../../tensor/index.ts'
import type { Layer } from './layer.ts'
import { everywhere, nowhere, type Positions } from './positions.ts'
import { trace } from './trace.ts'

/** Operators that only shrink, flatten or pass on a map: what comes before them is the layer that was learned. */
const passing =
  /^(MaxPool|AveragePool|GlobalAveragePool|GlobalMaxPool|ReduceMean|ReduceMax|Flatten|Reshape|Squeeze|Unsqueeze|Slice|Gather|Split|Dropout|Identity|Pad|Cast|Transpose)$/

/** What makes the maps of a dense prediction of the last features. */
const readingOff = /^(Conv|ConvTranspose|Resize|DepthToSpace|Sigmoid|Softmax|LogSoftmax)$/

export interface ChosenDefault {
  readonly layer: Layer
  readonly reason: string
}

/**
 * The last layer that all the located information that reaches `to` passes through.
 * @throws FoveaError FOVEA_LAYER when the model has none
 */
export function defaultLayer(graph: Graph, measured: Measured, layers: readonly Layer[], to: string): ChosenDefault {
  const ends = lastLive(graph, measured, layers, to)
  const last = ends[0]
  if (!last)
    throw new FoveaError(
      'FOVEA_LAYER',
      layers.length === 0
        ? 'The model has no layer that is a map of the image; CAM methods need one.'
        : `No layer of the model leads to '${to}'.`,
    )
  const met = meetingPoint(graph, layers, ends)
  const layer = learned(graph, layers, met ?? last, to)
  return {
    layer,
    reason: reasonFor(
      graph,
      layers,
      layer,
      { later: last !== layers.at(-1), branches: ends.length > 1, met: met !== undefined },
      to,
    ),
  }
}

/** The layers that reach the score, but no later layer that does; the last first. */
function lastLive(graph: Graph, measured: Measured, layers: readonly Layer[], to: string): Layer[] {
  const ends: Layer[] = []
  const before = new Set<string>()
  const makers = producers(graph)
  for (const layer of layers.toReversed()) {
    if (before.has(layer.name) || !reaches(graph, measured, layer, to)) continue
    ends.push(layer)
    for (const names = [layer.name]; names.length > 0; ) {
      const node = makers.get(names.pop() as string)
      for (const name of node ? usesOf(node) : [])
        if (!before.has(name)) {
          before.add(name)
          names.push(name)
        }
    }
  }
  return ends
}

/** The last layer that every way from the image to all of `ends` leads through: keys and values meet in what both read. */
function meetingPoint(graph: Graph, layers: readonly Layer[], ends: readonly Layer[]): Layer | undefined {
  const known = new Map(layers.map((layer) => [layer.name, layer]))
  const dtypes = valueDtypes(graph)
  const places = new Map(graph.nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)))
  const open = new Set(ends.map(({ name }) => name))
  while (open.size > 0) {
    const [latest, ...rest] = [...open].sort((a, b) => (places.get(b) ?? -1) - (places.get(a) ?? -1)) as [string]
    const met = rest.length === 0 ? known.get(latest) : undefined
    if (met) return met
    open.delete(latest)
    for (const name of graph.nodes[places.get(latest) ?? -1]?.inputs ?? [])
      if (places.has(name) && isFloat(dtypes.get(name) ?? 'int64') && !constantOf(graph, name)) open.add(name)
  }
  return undefined
}

/** Whether the score is computed from positions of this layer; of a class token that others have mixed into, it may not be. */
function reaches(graph: Graph, measured: Measured, { name, positions }: Layer, to: string): boolean {
  const codes = positions.codes.map((code) => (code === everywhere ? nowhere : code))
  const start: Positions = { ...positions, codes }
  const last = codes.reduce((a, b) => Math.max(a, b), 0)
  const images = Math.floor(last / (positions.grid[0] * positions.grid[1])) + 1
  return trace(graph, measured, name, start, images).has(to)
}

/**
 * Back over what only passes a map on, over the linear projections (queries, keys, values) that attention reads, and, where
 * the answer is a map itself, over what reads it off the last features.
 */
function learned(graph: Graph, layers: readonly Layer[], from: Layer, to: string): Layer {
  const makers = producers(graph)
  const known = new Map(layers.map((layer) => [layer.name, layer]))
  let found = from
  for (let name: string | undefined = from.name; name !== undefined; ) {
    found = known.get(name) ?? found
    const node = makers.get(name)
    name = known.has(to) && node && readingOff.test(node.op) ? node.inputs[0] : before(graph, makers, node)
  }
  return found
}

function before(graph: Graph, makers: ReadonlyMap<string, Node>, node: Node | undefined): string | undefined {
  if (!node) return undefined
  if (passing.test(node.op)) return node.inputs[0]
  const projected = projectedBy(graph, node)
  if (projected || node.op !== 'Add') return projected
  const [first = '', second = ''] = node.inputs
  const bias = constantOf(graph, first) ? first : constantOf(graph, second) ? second : undefined
  const sum = bias === first ? second : first
  const maker = makers.get(sum)
  return bias !== undefined && maker && projectedBy(graph, maker) ? sum : undefined
}

/** What a matrix product with a constant projects. */
function projectedBy(graph: Graph, { op, inputs: [a = '', b = ''] }: Node): string | undefined {
  if (op !== 'MatMul' && op !== 'Gemm') return undefined
  return constantOf(graph, b) ? a : constantOf(graph, a) ? b : undefined
}

function reasonFor(
  graph: Graph,
  layers: readonly Layer[],
  layer: Layer,
  { later, branches, met }: { readonly later: boolean; readonly branches: boolean; readonly met: boolean },
  to: string,
): string {
  const what = layer.kind === 'map' ? 'feature map' : 'token grid'
  if (branches && !met) return `the last ${what} that reaches '${to}', beside others that do`
  if (branches && layer.kind === 'map') return `the last ${what} that all ways to '${to}' lead through`
  if (later) return `the last ${what} whose positions reach '${to}'; behind it only other tokens do`
  const known = new Set(layers.map(({ name }) => name))
  if (known.has(to)) return `the last ${what} that the map '${to}' is read off`
  let end: Node | undefined
  for (let name: string | undefined = layer.name; name !== undefined; ) {
    const readers: readonly Node[] = (consumers(graph).get(name) ?? []).filter(({ op }) => op !== 'Shape')
    end = readers.find(({ outputs }) => outputs.some((output) => known.has(output))) ?? readers[0]
    name = end?.outputs.find((output) => known.has(output))
  }
  return end ? `the last ${what} before ${end.op} ${effectOf(end)}` : `the last ${what} before '${to}'`
}

function effectOf({ op }: Node): string {
  if (/^(Conv|ConvTranspose)$/.test(op)) return 'leaves a single cell of it'
  if (/^(Gather|Scatter|TopK|RoiAlign|NonMaxSuppression|Compress)/.test(op)) return 'picks single positions'
  return 'takes the positions away'
}
