/** A method compiled into a model: the same model with the backward pass, and the heatmap, as ordinary nodes behind it. */

import type { Expression } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import type { Engine } from '../lowering/index.ts'
import { towards, type VisionModel } from '../models/index.ts'
import { type Measured, type Model, type Value, type ValueInfo, valueDtypes } from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { type ChosenLayer, chooseLayer } from './choose-layer.ts'
import type { Method, ProgramMethod, Written } from './method.ts'
import { completeFor, type Options } from './options.ts'
import { compileRecipe, type Recipe, type Rules } from './recipe.ts'
import { type ChosenClasses, chooseTarget, mainValue } from './target.ts'
import { compileUnrolled } from './unroll.ts'

export { classInput } from './target.ts'

export interface CompileOptions {
  readonly options?: Options
  /** Take the options with which a peer's numbers come out ('captum', 'pytorch-grad-cam' …), where `options` says nothing else. */
  readonly like?: string
  /** What is explained, in the target language (docs/targets.md); default: the class that is given at run time. */
  readonly target?: string
  /** For layer methods, and masks that are to lie at a layer; default of the former: the last feature map before the positions are pooled away. */
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
  /** What the map's parts add up to, and what the method promises that they do, [N]; only for methods that promise a sum. */
  readonly sums: { readonly sum: ValueInfo | undefined; readonly promised: ValueInfo } | undefined
  /** What else the method tells, by the words under which the certificate has it. */
  readonly details?: Readonly<Record<string, ValueInfo>>
  /** int64 [N]: the class that was explained, where the target leaves it to the run. */
  readonly classes: ChosenClasses
  /** The target in its normal form. */
  readonly target: Expression
  /** Its value, [N]. */
  readonly score: ValueInfo
  /** The input [N, height, width] that a target with a mask has. */
  readonly mask: ValueInfo | undefined
  readonly rules: readonly Rules[]
  /** What to know about the heatmap on this model, in sentences. */
  readonly notes: readonly string[]
  /** Rows that the model runs on for one image; more than 1 where a run is unrolled. */
  readonly rows: number
  readonly measured: Measured
}

const names = { heatmap: 'heatmap', sum: 'fovea/sum', promised: 'fovea/promised', details: 'fovea/detail/' }

/**
 * @throws FoveaError FOVEA_UNSUPPORTED_OP for an operator without a gradient rule, FOVEA_LAYER, FOVEA_USAGE, FOVEA_ZERO_GRADIENT
 */
export async function compileMethod(
  vision: VisionModel,
  method: Method,
  choice: CompileOptions = {},
): Promise<CompiledMethod> {
  refuseCompiled(vision)
  if (method.kind === 'run' && method.unrolled) return compileUnrolled(vision, method, method.unrolled, choice)
  if (method.kind === 'run')
    throw new FoveaError(
      'FOVEA_USAGE',
      `${method.title} is a loop around the model, not one program: each of its steps waits for the answers of others, so it cannot be compiled into a file. fovea methods says which can.`,
    )
  const options = completeFor(method, choice.options ?? {}, choice.like)
  const target = chooseTarget(vision, method, options, choice.target)
  const layer = layerFor(vision, method, mainValue(vision, target), choice.layer)
  const notes: string[] = []
  const compiled = await compileRecipe(vision, recipeOf(vision, method, options, layer, notes), {
    target,
    layer: layer?.layer,
    class: choice.class ?? 'top',
    device: choice.device,
    engine: choice.engine,
    face: true,
  })
  const { outputs, ...rest } = compiled
  const { sum, promised } = { sum: outputs[names.sum], promised: outputs[names.promised] }
  const heatmap = outputs[names.heatmap] as ValueInfo
  return {
    ...rest,
    method,
    options,
    layer,
    heatmap: { ...heatmap, shape: ['N', ...sizeOfMap(vision, method.size === 'image' ? undefined : layer)] },
    sums: promised ? { sum, promised } : undefined,
    details: Object.fromEntries(
      Object.entries(outputs).flatMap(([name, info]) =>
        name.startsWith(names.details) ? [[name.slice(names.details.length), info]] : [],
      ),
    ),
    notes,
    rows: 1,
  }
}

const sizeOfMap = ({ format }: VisionModel, layer: ChosenLayer | undefined): readonly [number, number] =>
  layer ? [layer.layer.height, layer.layer.width] : [format.height, format.width]

/** The layer of a layer method, among those that lead to `value`. */
export function layerFor(
  vision: VisionModel,
  method: Method,
  value: string,
  wanted: string | undefined,
): ChosenLayer | undefined {
  const wants = method.at === 'layer' || (method.at === 'either' && wanted !== undefined)
  return wants ? chooseLayer(towards(vision, value), wanted) : undefined
}

function recipeOf(
  vision: VisionModel,
  method: ProgramMethod,
  options: Options,
  layer: ChosenLayer | undefined,
  notes: string[],
): Recipe {
  return {
    name: method.name,
    wants: (facts) => method.wants?.(facts, options) ?? [{ at: layer?.layer.name ?? vision.pixels.name }],
    ...(method.forward ? { forward: (graph, facts) => method.forward?.(graph, facts, options) ?? graph } : {}),
    write: (view) => {
      const { map, sum, promised, details = {}, notes: said = [] } = written(method.heatmap(view, options))
      notes.push(...said)
      return {
        [names.heatmap]: map,
        ...(sum ? { [names.sum]: sum } : {}),
        ...(promised ? { [names.promised]: promised } : {}),
        ...Object.fromEntries(Object.entries(details).map(([word, value]) => [names.details + word, value])),
      }
    },
  }
}

const written = (result: Value | Written): Written => ('map' in result ? result : { map: result })

/** The names of the explanation are outputs of the result: a model that has them already is one that Fovea compiled, or must rename them. */
function refuseCompiled({ name, model }: VisionModel): void {
  const taken = valueDtypes(model.graph).has(names.heatmap)
  if (!taken) return
  const made = model.metadata.fovea
  throw new FoveaError(
    'FOVEA_MODEL',
    made
      ? `${name} carries an explanation already (${made}); give the original model.`
      : `${name} has a value '${names.heatmap}' of its own, the name of Fovea's output; rename it in the model.`,
    { tensor: names.heatmap },
  )
}
