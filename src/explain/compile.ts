/** A method compiled into a model: the same model with the backward pass, and the heatmap, as ordinary nodes behind it. */

import { chosenClass, differentiate, gradient, gradientName } from '../autodiff/index.ts'
import type { VisionModel } from '../models/index.ts'
import {
  Builder,
  dropDead,
  type Graph,
  type Measured,
  type Model,
  type Value,
  type ValueInfo,
  withGraph,
} from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { extend } from '../runtime/index.ts'
import { int64 } from '../tensor/index.ts'
import { type ChosenLayer, chooseLayer } from './choose-layer.ts'
import type { Method } from './method.ts'
import { complete, type Options } from './options.ts'

export interface CompileOptions {
  readonly options?: Options
  /** For layer methods; default: the last feature map before the positions are pooled away. */
  readonly layer?: string
  readonly device?: Device
  /**
   * What a caller that gives no class gets: 'top' makes `class_index` optional, each image's top class by default.
   * ONNX Runtime's JavaScript packages cannot set an optional input (they ignore it): there, use 'required'.
   */
  readonly class?: 'top' | 'required'
}

export interface CompiledMethod {
  readonly method: Method
  readonly options: Options
  readonly layer: ChosenLayer | undefined
  /** Inputs: the image and `class_index`. Outputs: the model's own, then those named here. */
  readonly model: Model
  /** [N, h, w] at the layer's or the image's size, raw values. */
  readonly heatmap: ValueInfo
  /** int64 [N]: the class that was explained. */
  readonly explained: ValueInfo
  /** The objective, [N]. */
  readonly score: ValueInfo
  readonly measured: Measured
}

export const classInput = 'class_index'
const names = { heatmap: 'heatmap', explained: 'fovea/class', score: 'fovea/score' } as const

/**
 * @throws FoveaError FOVEA_UNSUPPORTED_OP for an operator without a gradient rule, FOVEA_LAYER, FOVEA_USAGE, FOVEA_ZERO_GRADIENT
 */
export async function compileMethod(
  vision: VisionModel,
  method: Method,
  choice: CompileOptions = {},
): Promise<CompiledMethod> {
  const options = complete(method.name, method.options, choice.options ?? {})
  const layer = method.at === 'layer' ? chooseLayer(vision, choice.layer) : undefined
  const wrt = layer?.layer.name ?? vision.image.name
  const withScore = addObjective(vision, method, options, choice.class ?? 'top')
  const model = withGraph(vision.model, withScore.graph, { irVersion: Math.max(vision.model.irVersion, 8) })
  const measured = await extend(vision.measured, vision.model.graph, model, choice.device)
  const withGradient = differentiate(withScore.graph, { objective: names.score, wrt: [wrt], rules: gradient, measured })
  const builder = new Builder({ ...withGradient, outputs: withScore.graph.outputs })
  const heatmap = builder.within(method.name, () => {
    const view = {
      op: builder.op,
      value: builder.value(wrt),
      gradient: builder.value(gradientName(wrt)),
      channels: layer || vision.format.layout === 'NCHW' ? 1 : 3,
    }
    return method.heatmap(view, options)
  })
  const named = builder.named('Identity', names.heatmap, heatmap)
  const size = layer ? [layer.layer.height, layer.layer.width] : [vision.format.height, vision.format.width]
  const info: ValueInfo = { ...named, shape: ['N', ...size] }
  const graph = fixSize(dropDead(builder.finish([info])), vision)
  return {
    method,
    options,
    layer,
    model: withGraph(model, graph),
    heatmap: info,
    explained: withScore.explained,
    score: withScore.score,
    measured,
  }
}

function addObjective(vision: VisionModel, method: Method, options: Options, mode: 'top' | 'required') {
  const { graph } = vision.model
  const builder = new Builder(graph)
  const logits = builder.value(vision.head.logits)
  const { chosen, score } = builder.within('objective', () => {
    const classIndex = builder.input(classInput, 'int64', ['K'], mode === 'top' ? int64([1], [-1]) : undefined)
    const chosen = chosenClass(builder, { logits, classIndex })
    return { chosen, score: method.objective(builder, logits, chosen, options) }
  })
  const outputs: ValueInfo[] = [
    describe(builder.named('Identity', names.score, score)),
    describe(builder.named('Squeeze', names.explained, chosen, [1])),
  ]
  return { graph: builder.finish(outputs), score: outputs[0] as ValueInfo, explained: outputs[1] as ValueInfo }
}

const describe = (value: Value): ValueInfo => ({ ...value, shape: ['N'] })

/** The backward pass holds the sizes that were measured, so the inputs say so: another size is refused, not mistaken. */
function fixSize(graph: Graph, { image, measured }: VisionModel): Graph {
  const shape = measured.shapes.get(image.name)
  if (!shape) return graph
  const inputs = graph.inputs.map((input) => {
    if (input.name !== image.name || input.shape?.every((dim) => typeof dim === 'number')) return input
    return { ...input, shape: shape.dims.map((dim, i) => (shape.batch[i] ? (input.shape?.[i] ?? 'N') : dim)) }
  })
  return { ...graph, inputs }
}
