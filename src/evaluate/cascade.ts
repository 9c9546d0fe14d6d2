/**
 * Does a map depend on what the model learned? Layer by layer from the top, the weights are drawn anew, and the map is
 * compared with that of the trained model. A map that stays the same shows the image, not the model.
 * Adebayo et al.: Sanity checks for saliency maps (2018), arXiv 1810.03292.
 */

import { type CompileOptions, type Explanation, type Method, openExplainer, type Request } from '../explain/index.ts'
import type { VisionModel } from '../models/index.ts'
import { constant, constantOf, foldConstants, type Graph, type Node, withGraph } from '../onnx/index.ts'
import { openProgram } from '../runtime/index.ts'
import { floatToBfloat, floatToHalf, type Image, numbers, random, type Tensor, tensor } from '../tensor/index.ts'
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

/** The model with its weights as constants, also where the file stores them small and casts or dequantises them in the graph. */
export async function withPlainWeights(vision: VisionModel): Promise<VisionModel> {
  const evaluate = async (graph: Graph) => {
    await using program = await openProgram(withGraph(vision.model, graph))
    return new Map(Object.entries(await program.run({})))
  }
  const graph = await foldConstants(vision.model.graph, evaluate, Number.POSITIVE_INFINITY)
  return { ...vision, model: withGraph(vision.model, graph) }
}

/**
 * The model with the weights of its last `count` layers drawn anew, normal with each tensor's own mean and deviation.
 * @param vision as `withPlainWeights` gives it
 */
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

function redrawn(old: Tensor, seed: number, stream: number): Tensor {
  const values = numbers(old)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  const draw = random(seed, stream)
  const drawn = values.map((_, i) => mean + deviation * draw.normal(i))
  if (old.dtype === 'float16') return tensor('float16', old.dims, Uint16Array.from(drawn, floatToHalf))
  if (old.dtype === 'bfloat16') return tensor('bfloat16', old.dims, Uint16Array.from(drawn, floatToBfloat))
  if (old.dtype === 'float64') return tensor('float64', old.dims, drawn)
  return tensor('float32', old.dims, Float32Array.from(drawn))
}

export async function cascade(
  vision: VisionModel,
  method: Method,
  image: Image,
  { class: wanted, seed = 0, stages, signal, onProgress, ...choice }: CascadeOptions = {},
): Promise<Stage[]> {
  const plain = await withPlainWeights(vision)
  const layers = weightedLayers(plain.model.graph)
  const counts = [
    0,
    ...(stages ?? [0, 1 / 8, 1 / 4, 1 / 2, 1].map((share) => Math.max(1, Math.round(share * layers.length)))),
  ]
  const results: Stage[] = []
  let explained = wanted
  for (const [i, count] of counts.entries()) {
    await using explainer = await openExplainer(randomised(plain, count, seed), method, choice)
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
