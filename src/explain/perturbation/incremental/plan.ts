/**
 * Which part of each value a window of the image reaches, node by node: what is recomputed locally, from fresh values laid over
 * the photograph's own (computed once), and where the rest of the model begins.
 */

import type { VisionModel } from '../../../models/index.ts'
import {
  attributesOf,
  fromFront,
  type Graph,
  type Node,
  operatorKey,
  usesOf,
  valueDtypes,
} from '../../../onnx/index.ts'
import { sizeOf } from '../../../tensor/index.ts'
import { moved, needed, type Sliding, type Span, same, slid, union, wholeOf } from './span.ts'

export type Region = readonly [rows: Span, columns: Span]

/** A value of the photograph itself, with a border. */
export interface Clean {
  readonly name: string
  /** Rows above, columns left, rows below, columns right. */
  readonly pads: readonly [number, number, number, number]
  readonly fill: number
}

/** A region of a clean value with the fresh values laid over it; the places count in the clean value with its border. */
export interface Overlay {
  readonly clean: number
  readonly region: Region
  readonly fresh: Region
}

export interface Step {
  readonly node: Node
  /** What is laid over clean values before the node sees it, by input. */
  readonly overlays: readonly (Overlay | undefined)[]
  /** The node's window moves over what was padded before. */
  readonly unpadded: boolean
}

export interface Plan {
  readonly steps: readonly Step[]
  readonly cleans: readonly Clean[]
  /** Where the rest of the model begins: values that are made whole. */
  readonly frontier: readonly { readonly name: string; readonly overlay: Overlay }[]
  /** Multiplications of one window, as a share of those of the whole model. */
  readonly share: number
}

/** A region that is most of its value is left to the rest of the model, which runs in batches. */
const most = 0.75

const pointwise = new Set(
  `Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Clip Erf Exp Sqrt Abs Neg Softplus Softsign Mish Gelu
   Identity Dropout BatchNormalization Add Sub Mul Div Pow Min Max Sum ThresholdedRelu`.split(/\s+/),
)

/** @param window where the windows lie in the image */
export function planOf({ model, measured, pixels, varying }: VisionModel, window: Region): Plan {
  const { graph } = model
  const dtypes = valueDtypes(graph)
  const dims = (name: string) => measured.shapes.get(name)?.dims ?? []
  const local = new Map<string, Region>([[pixels.name, window]])
  const reached = new Set([pixels.name])
  const cleans: Clean[] = []
  const steps: Step[] = []
  const cleanOf = (clean: Clean): number => {
    const at = cleans.findIndex((known) => JSON.stringify(known) === JSON.stringify(clean))
    return at >= 0 ? at : cleans.push(clean) - 1
  }
  const laid = (name: string, region: Region, pads: Clean['pads'] = [0, 0, 0, 0], fill = 0): Overlay | undefined => {
    const [rows, columns] = local.get(name) as Region
    const fresh: Region = [moved(rows, pads[0]), moved(columns, pads[1])]
    if (same(fresh[0], region[0]) && same(fresh[1], region[1])) return undefined
    return { clean: cleanOf({ name, pads, fill }), region, fresh }
  }
  const add = (node: Node): boolean => {
    const [output = ''] = node.outputs
    const [, , height = 0, width = 0] = dims(output)
    const maps = node.inputs.filter((name) => local.has(name))
    const regular = [output, ...maps].every(
      (name) => dims(name).length === 4 && dtypes.get(name) === 'float32' && !varying.has(name),
    )
    const known = node.inputs.every((name) => local.has(name) || !reached.has(name))
    if (!regular || !known || node.outputs.slice(1).some((name) => name !== '' && used(graph, name))) return false
    const small = ([rows, columns]: Region) => rows.size * columns.size <= most * height * width
    const sliding = slidingOf(node, dims)
    if (sliding && local.has(node.inputs[0] as string) && maps.length === 1) {
      const [input = ''] = node.inputs
      const [rows, columns] = local.get(input) as Region
      const region: Region = [slid(rows, sliding.axes[0], height), slid(columns, sliding.axes[1], width)]
      if (!small(region)) return false
      const need: Region = [needed(region[0], sliding.axes[0]), needed(region[1], sliding.axes[1])]
      steps.push({ node, overlays: [laid(input, need, sliding.pads, sliding.fill)], unpadded: true })
      local.set(output, region)
      return true
    }
    const joins = operatorKey(node) === 'Concat' && fromFront(attributesOf(node).int('axis', 0), 4) === 1
    const fits = (name: string) =>
      name === '' ||
      local.has(name) ||
      dims(name)
        .slice(-2)
        .every((dim) => dim === 1)
    const alike = (name: string) => dims(name)[2] === height && dims(name)[3] === width
    if (!(pointwise.has(operatorKey(node)) && (node.op === 'BatchNormalization' || node.inputs.every(fits))) && !joins)
      return false
    if (!maps.every(alike) || (joins && maps.length < node.inputs.length)) return false
    const regions = maps.map((name) => local.get(name) as Region)
    const region: Region = [
      union(
        regions.map(([rows]) => rows),
        height,
      ),
      union(
        regions.map(([, columns]) => columns),
        width,
      ),
    ]
    if (!small(region)) return false
    const overlays = node.inputs.map((name) => (local.has(name) ? laid(name, region) : undefined))
    steps.push({ node, overlays, unpadded: false })
    local.set(output, region)
    return true
  }
  let [all, own] = [0, 0]
  const behind = new Set<string>()
  for (const node of graph.nodes) {
    const touched = usesOf(node).filter((name) => reached.has(name))
    if (touched.length === 0) continue
    const cost = multiplications(node, dims)
    all += cost
    const isLocal = add(node)
    for (const name of node.outputs) reached.add(name)
    const region = local.get(node.outputs[0] ?? '')
    const [, , height = 1, width = 1] = dims(node.outputs[0] ?? '')
    own += isLocal && region ? (cost * region[0].size * region[1].size) / (height * width) : cost
    if (!isLocal) for (const name of touched) if (local.has(name)) behind.add(name)
  }
  for (const { name } of graph.outputs) if (local.has(name)) behind.add(name)
  const frontier = [...behind].flatMap((name) => {
    const [rows, columns] = local.get(name) as Region
    const [, , height = 0, width = 0] = dims(name)
    const overlay = laid(name, [wholeOf(height, rows), wholeOf(width, columns)])
    return overlay ? [{ name, overlay }] : []
  })
  return { steps, cleans, frontier, share: all > 0 ? own / all : 1 }
}

const used = (graph: Graph, name: string) =>
  graph.nodes.some((node) => usesOf(node).includes(name)) || graph.outputs.some((output) => output.name === name)

interface SlidingNode {
  readonly axes: readonly [Sliding, Sliding]
  readonly pads: Clean['pads']
  readonly fill: number
}

function slidingOf(node: Node, dims: (name: string) => readonly number[]): SlidingNode | undefined {
  const key = operatorKey(node)
  if (key !== 'Conv' && key !== 'MaxPool' && key !== 'AveragePool') return undefined
  const at = attributesOf(node)
  const kernel = key === 'Conv' ? dims(node.inputs[1] ?? '').slice(2) : (at.ints('kernel_shape') ?? [])
  const auto = at.string('auto_pad', 'NOTSET')
  const [input, output] = [dims(node.inputs[0] ?? ''), dims(node.outputs[0] ?? '')]
  const along = (axis: 0 | 1) => {
    const [k = 1, stride, dilation] = [kernel[axis], at.ints('strides')?.[axis] ?? 1, at.ints('dilations')?.[axis] ?? 1]
    const [from = 0, to = 0] = [input[2 + axis], output[2 + axis]]
    const total = (to - 1) * stride + dilation * (k - 1) + 1 - from
    const same = auto === 'SAME_UPPER' ? Math.floor(Math.max(0, total) / 2) : Math.ceil(Math.max(0, total) / 2)
    const pad = auto === 'NOTSET' ? (at.ints('pads')?.[axis] ?? 0) : auto === 'VALID' ? 0 : same
    return { sliding: { kernel: k, stride, dilation, pad }, after: Math.max(0, total - pad) }
  }
  const [y, x] = [along(0), along(1)]
  const pads = [y.sliding.pad, x.sliding.pad, y.after, x.after] as const
  // A mean over part of the border would count what is not there.
  if (kernel.length !== 2 || pads.some((pad) => pad < 0) || (key === 'AveragePool' && pads.some((pad) => pad > 0)))
    return undefined
  return { axes: [y.sliding, x.sliding], pads, fill: key === 'MaxPool' ? -3.4e38 : 0 }
}

function multiplications(node: Node, dims: (name: string) => readonly number[]): number {
  const out = sizeOf(dims(node.outputs[0] ?? ''))
  const key = operatorKey(node)
  if (key === 'Conv') return out * sizeOf(dims(node.inputs[1] ?? '').slice(1))
  if (key === 'Gemm' || key === 'MatMul') return out * (dims(node.inputs[0] ?? '').at(-1) ?? 1)
  return out
}
