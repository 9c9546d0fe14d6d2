/** What a model is made of: inputs, outputs, operators with their backward rule, layers, parameters and multiply-adds. */

import { gradient, isFlat, type RuleSet, refused, sayable } from '../autodiff/index.ts'
import { attributesOf, type Graph, type Measured, type Node, operatorKey, type ValueInfo } from '../onnx/index.ts'
import { isFloat, sizeOf } from '../tensor/index.ts'
import { defaultLayer, describeLayer, type LayerReport } from './layers/index.ts'
import type { VisionModel } from './vision-model.ts'

export interface OperatorReport {
  readonly operator: string
  readonly count: number
  /** The first node that uses it. */
  readonly first: string
  /** 'rule', 'none by nature' (the operator passes no gradient), or 'missing'. */
  readonly gradient: 'rule' | 'none by nature' | 'missing'
  /** Why there is none, where that is known. */
  readonly reason?: string
}

export interface Inspection {
  readonly name: string
  readonly sha256: string
  /** In which the operators are listed; older files are lifted to 18 when they are read. */
  readonly opset: number
  /** What the file says. */
  readonly fileOpset: number
  readonly producer: string
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly (ValueInfo & { readonly measured: readonly number[] })[]
  /** How a picture becomes the input, and where that is known from. */
  readonly picture: {
    readonly input: string
    readonly layout: 'NCHW' | 'NHWC'
    readonly channels: 1 | 3
    readonly height: number
    readonly width: number
    /** The first and the last value that a channel can have. */
    readonly range: readonly [number, number]
    readonly preset: string
    readonly source: string
  }
  /** What is explained unless a target says otherwise, and what targets can speak of. */
  readonly target: { readonly usual: string | null; readonly sayable: string }
  /** Whether several images may be given at once; if not, why. */
  readonly batch: true | string
  readonly parameters: number
  /** Multiply-adds of convolutions and matrix products for one image. */
  readonly multiplyAdds: number
  readonly operators: readonly OperatorReport[]
  readonly layers: readonly LayerReport[]
  readonly defaultLayer: { readonly name: string; readonly reason: string } | null
}

export function inspect(vision: VisionModel, rules: RuleSet = gradient): Inspection {
  const { model, measured, layers } = vision
  const { graph } = model
  const chosen = layers.length > 0 ? defaultLayer(graph, measured, layers, vision.answer.value) : null
  return {
    name: vision.name,
    sha256: vision.hash,
    opset: model.opsets[''] ?? 0,
    fileOpset: model.fileOpset ?? model.opsets[''] ?? 0,
    producer: model.producer,
    inputs: graph.inputs.filter(({ name }) => !graph.constants.has(name)),
    outputs: graph.outputs.map((output) => ({ ...output, measured: measured.shapes.get(output.name)?.dims ?? [] })),
    picture: pictureOf(vision),
    target: { usual: vision.targets.usual ?? null, sayable: sayable(vision.targets.vocabulary) },
    batch: measured.batch,
    parameters: parameters(graph),
    multiplyAdds: graph.nodes.reduce((sum, node) => sum + multiplyAdds(node, measured), 0),
    operators: operatorReports(graph, rules),
    layers: layers.map(describeLayer),
    defaultLayer: chosen ? { name: chosen.layer.name, reason: chosen.reason } : null,
  }
}

function pictureOf({ image, format }: VisionModel): Inspection['picture'] {
  const { preset, layout, depth, height, width } = format
  const range = ([pixel, choose]: readonly [number, (...values: number[]) => number]) =>
    choose(...preset.mean.map((mean, i) => (pixel * preset.scale - mean) / (preset.std[i] as number)))
  const { name, source } = preset
  return {
    input: image.name,
    layout,
    channels: depth,
    height,
    width,
    range: [range([0, Math.min]), range([255, Math.max])],
    preset: name,
    source,
  }
}

export function operatorReports(graph: Graph, rules: RuleSet): OperatorReport[] {
  const reports = new Map<string, OperatorReport>()
  for (const node of graph.nodes) {
    const operator = operatorKey(node)
    const seen = reports.get(operator)
    const known = rules[operator] ? 'rule' : isFlat(node) ? 'none by nature' : 'missing'
    reports.set(
      operator,
      seen
        ? { ...seen, count: seen.count + 1 }
        : {
            operator,
            count: 1,
            first: node.name || (node.outputs[0] ?? ''),
            gradient: known,
            ...(known === 'missing' && refused[operator] ? { reason: refused[operator] } : {}),
          },
    )
  }
  return [...reports.values()].sort((a, b) => b.count - a.count)
}

function parameters(graph: Graph): number {
  return [...graph.constants.values()].reduce((sum, { dtype, dims }) => sum + (isFloat(dtype) ? sizeOf(dims) : 0), 0)
}

function multiplyAdds(node: Node, { shapes }: Measured): number {
  const dims = (name: string | undefined) => shapes.get(name ?? '')?.dims ?? []
  const output = dims(node.outputs[0])
  const [first, second] = [dims(node.inputs[0]), dims(node.inputs[1])]
  switch (node.op) {
    case 'Conv':
      return sizeOf(output) * sizeOf(second.slice(1))
    case 'ConvTranspose':
      return sizeOf(first) * sizeOf(second.slice(1))
    case 'MatMul':
      return sizeOf(output) * (first.at(-1) ?? 0)
    case 'Gemm':
      return sizeOf(output) * (first[attributesOf(node).int('transA', 0) === 1 ? 0 : 1] ?? 0)
    default:
      return 0
  }
}
