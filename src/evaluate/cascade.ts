/**
 * Does a map depend on what the model learned? Layer by layer from the top, the weights are drawn anew, and the map is
 * compared with that of the trained model. A map that stays the same shows the image, not the model.
 * Adebayo et al.: Sanity checks for saliency maps (2018), arXiv 1810.03292.
 */

import { type CompileOptions, type Explanation, type Method, openExplainer, type Request } from '../explain/index.ts'
import type { VisionModel } from '../models/index.ts'
import { constant, constantOf, type Graph, type Node, withGraph } from '../onnx/index.ts'
import { type Image, numbers, random, type Tensor } from '../tensor/index.ts'
import { spearman } from './spearman.ts'

export interface CascadeOptions extends Omit<CompileOptions, 'class'>, Pick<Request, 'signal' | 'onProgress'> {
  /** The class; default: the trained model's top one, also after its weights are drawn anew. */
  readonly class?: number
  readonly seed?: number
  /** How many of the weighted layers are drawn anew at each stage, from the top; default: five stages up to all. */
  readonly stages?: readonly number[]
}

export interface Stage {
  /** How many layers, counted from the answer, have random weights; 0: the trained model. */
  readonly randomised: number
  /** The lowest of them. */
  readonly layer: string | null
  /** Spearman's correlation with the trained model's map; NaN where the map is constant. */
  readonly similarity: number
  readonly explanation: Explanation
}

const weighted = /^(Conv|ConvTranspose|Gemm|MatMul)$/

/** The nodes with constant weights, the last first. */
export function weightedLayers({ nodes, ...graph }: Graph): Node[] {
  const whole = { ...graph, nodes }
  return nodes
    .filter((node) => weighted.test(node.op) && node.inputs.slice(1).some((name) => constantOf(whole, name)))
    .reverse()
}

/** The model with the weights of its last `count` layers drawn anew, normal with each tensor's own mean and deviation. */
export function randomised(vision: VisionModel, count: number, seed = 0): VisionModel {
  const { graph } = vision.model
  const constants = new Map(graph.constants)
  const drawn = new Set<string>()
  for (const [i, node] of weightedLayers(graph).slice(0, count).entries())
    for (const [j, name] of node.inputs.entries()) {
      const old = j === 0 || drawn.has(name) ? undefined : constantOf(graph, name)
      if (!old) continue
      drawn.add(name)
      constants.set(name, constant(redrawn(old.read(), seed, 16 * i + j)))
    }
  // Weights that a Constant node held are initializers now.
  const nodes = graph.nodes.filter(({ outputs }) => !drawn.has(outputs[0] ?? ''))
  return { ...vision, model: withGraph(vision.model, { ...graph, nodes, constants }) }
}

function redrawn(tensor: Tensor, seed: number, stream: number): Tensor {
  const values = numbers(tensor)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  const draw = random(seed, stream)
  return {
    dtype: 'float32',
    dims: tensor.dims,
    data: Float32Array.from(values, (_, i) => mean + deviation * draw.normal(i)),
  }
}

export async function cascade(
  vision: VisionModel,
  method: Method,
  image: Image,
  { class: wanted, seed = 0, stages, signal, onProgress, ...choice }: CascadeOptions = {},
): Promise<Stage[]> {
  const layers = weightedLayers(vision.model.graph)
  const counts = [
    0,
    ...(stages ?? [0, 1 / 8, 1 / 4, 1 / 2, 1].map((share) => Math.max(1, Math.round(share * layers.length)))),
  ]
  const results: Stage[] = []
  let explained = wanted
  for (const [i, count] of counts.entries()) {
    await using explainer = await openExplainer(randomised(vision, count, seed), method, choice)
    const explanation = await explainer.explain(image, {
      ...(explained === undefined ? {} : { class: explained }),
      ...(signal ? { signal } : {}),
    })
    explained ??= explanation.certificate.class ?? undefined
    const first = results[0]?.explanation ?? explanation
    results.push({
      randomised: count,
      layer: count === 0 ? null : (layers[count - 1]?.name ?? null),
      similarity: spearman(first.raw.data, explanation.raw.data),
      explanation,
    })
    onProgress?.(i + 1, counts.length)
  }
  return results
}
