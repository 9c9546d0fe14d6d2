/** One image, one method, one call. For many images open an explainer once. */

import { type GivenInput, type OpenOptions, openModel, type VisionModel } from '../models/index.ts'
import type { Image } from '../tensor/index.ts'
import { type BlackBox, type BlackBoxExplanation, type BlackBoxOptions, explainBlackBox } from './black-box.ts'
import { findMethod } from './catalogue.ts'
import type { CompileOptions } from './compile.ts'
import { type Explanation, openExplainer, type Request } from './explainer.ts'

export interface ExplainOptions extends OpenOptions, Omit<CompileOptions, 'class'>, Omit<Request, 'inputs'> {
  /** A method's name; default 'grad-cam'. */
  readonly method?: string
  /** [height, width] of the map that a target with a mask is laid over. */
  readonly mask?: GivenInput
}

type Source = VisionModel | string | Uint8Array | undefined

/**
 * What in the image speaks for the class?
 * @param model an opened model, a path, the bytes of an .onnx file; undefined is the embedded EfficientNet-Lite0
 * @throws FoveaError (see `openModel`, `compileMethod`, `Explainer.explain`)
 */
export function explain(model: Source, image: Image, options?: ExplainOptions): Promise<Explanation>
/**
 * What in the image speaks for the score that a function gives? It may be asynchronous, and anything: a model behind an
 * address, an ensemble, a rule written by hand.
 * @throws FoveaError FOVEA_USAGE for a method that needs more than answers, or answers that are no scores; what the function throws
 */
export function explain(answer: BlackBox, image: Image, options?: BlackBoxOptions): Promise<BlackBoxExplanation>
export function explain(
  model: Source | BlackBox,
  image: Image,
  options: ExplainOptions | BlackBoxOptions = {},
): Promise<Explanation | BlackBoxExplanation> {
  return typeof model === 'function'
    ? explainBlackBox(model, image, options as BlackBoxOptions)
    : explainModel(model, image, options as ExplainOptions)
}

async function explainModel(model: Source, image: Image, options: ExplainOptions): Promise<Explanation> {
  const vision = typeof model === 'object' && !(model instanceof Uint8Array) ? model : await openModel(model, options)
  const { options: own, like, layer, device, target, mask } = options
  await using explainer = await openExplainer(vision, findMethod(options.method ?? 'grad-cam'), {
    options: own,
    ...(like === undefined ? {} : { like }),
    layer,
    device,
    target,
  })
  return await explainer.explain(image, { ...options, inputs: mask === undefined ? {} : { mask } })
}
