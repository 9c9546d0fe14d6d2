/** A method compiled into a model: the same model with the backward pass, and the heatmap, as ordinary nodes behind it. */

import { differentiate, type Expression, gradient, gradientName } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import { type Engine, lower } from '../lowering/index.ts'
import { type Layer, towards, type VisionModel } from '../models/index.ts'
import {
  Builder,
  dropDead,
  type Graph,
  type Measured,
  type Model,
  type Value,
  type ValueInfo,
  valueDtypes,
  withGraph,
} from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { extend } from '../runtime/index.ts'
import { type ChosenLayer, chooseLayer } from './choose-layer.ts'
import type { Method, ProgramView } from './method.ts'
import { complete, type Options } from './options.ts'
import { addTarget, type ChosenClasses, chooseTarget, mainValue, withDetections } from './target.ts'

export { classInput } from './target.ts'

export interface CompileOptions {
  readonly options?: Options
  /** What is explained, in the target language (docs/targets.md); default: the class that is given at run time. */
  readonly target?: string
  /** For layer methods; default: the last feature map before the positions are pooled away. */
  readonly layer?: string
  readonly device?: Device
  /** What the program is written for; default 'any': an exported file may run anywhere. */
  readonly engine?: Engine
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
  /** Inputs: the model's, `class_index` and `mask` where the target uses them. Outputs: the model's own, then those named here. */
  readonly model: Model
  /** [N, h, w] at the layer's or the image's size, raw values. */
  readonly heatmap: ValueInfo
  /** int64 [N]: the class that was explained, where the target leaves it to the run. */
  readonly classes: ChosenClasses
  /** The target in its normal form. */
  readonly target: Expression
  /** Its value, [N]. */
  readonly score: ValueInfo
  /** The input [N, height, width] that a target with a mask has. */
  readonly mask: ValueInfo | undefined
  readonly measured: Measured
}

const heatmapName = 'heatmap'

/**
 * @throws FoveaError FOVEA_UNSUPPORTED_OP for an operator without a gradient rule, FOVEA_LAYER, FOVEA_USAGE, FOVEA_ZERO_GRADIENT
 */
export async function compileMethod(
  vision: VisionModel,
  method: Method,
  choice: CompileOptions = {},
): Promise<CompiledMethod> {
  refuseCompiled(vision)
  const options = complete(method.name, method.options, choice.options ?? {})
  const target = chooseTarget(vision, method, options, choice.target)
  const seen = towards(vision, mainValue(vision, target))
  const layer = method.at === 'layer' ? chooseLayer(seen, choice.layer) : undefined
  const wrt = layer?.layer.name ?? vision.pixels.name
  const withScore = addTarget(vision, target, choice.class ?? 'top')
  const model = withGraph(vision.model, withScore.graph, { irVersion: Math.max(vision.model.irVersion, 8) })
  const measured = await extend(withDetections(vision), vision.model.graph, model, choice.device)
  const { objective, scale } = withScore
  const withGradient = differentiate(withScore.graph, { objective, wrt: [wrt], rules: gradient, measured })
  const builder = new Builder({ ...withGradient, outputs: withScore.graph.outputs })
  const heatmap = builder.within(method.name, () => {
    const view = viewOf(builder, vision, layer?.layer, wrt, scale)
    return method.heatmap(view, options)
  })
  const named = builder.named('Identity', heatmapName, heatmap)
  const size = layer ? [layer.layer.height, layer.layer.width] : [vision.format.height, vision.format.width]
  const info: ValueInfo = { ...named, shape: ['N', ...size] }
  const whole = dropDead(builder.finish([info]))
  const graph = fixSize(lower(whole, measured, choice.engine ?? 'any'), vision)
  return {
    method,
    options,
    layer,
    model: withGraph(model, graph),
    heatmap: info,
    classes: withScore.classes,
    target: withScore.expression,
    score: withScore.score,
    mask: withScore.mask,
    measured,
  }
}

/** The names of the explanation are outputs of the result: a model that has them already is one that Fovea compiled, or must rename them. */
function refuseCompiled({ name, model }: VisionModel): void {
  const taken = valueDtypes(model.graph).has(heatmapName)
  if (!taken) return
  const made = model.metadata.fovea
  throw new FoveaError(
    'FOVEA_MODEL',
    made
      ? `${name} carries an explanation already (${made}); give the original model.`
      : `${name} has a value '${heatmapName}' of its own, the name of Fovea's output; rename it in the model.`,
    { tensor: heatmapName },
  )
}

/** What the method sees of the value and its gradient: float32, with an axis for the images, a layer as [N, C, h, w]. */
function viewOf(
  builder: Builder,
  { pixels }: VisionModel,
  layer: Layer | undefined,
  wrt: string,
  scale: number,
): ProgramView {
  const { op } = builder
  const shaped = (name: string): Value => {
    const raw = builder.value(name)
    const real = raw.dtype === 'float32' ? raw : op.Cast(raw, { to: 1 })
    if (layer) return layer.toMap(builder, real)
    return pixels.batched ? real : op.Unsqueeze(real, [0])
  }
  const slope = shaped(gradientName(wrt))
  return {
    op,
    value: shaped(wrt),
    gradient: scale === 1 ? slope : op.Div(slope, scale),
    channels: layer || pixels.layout === 'NCHW' ? 1 : 3,
  }
}

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
