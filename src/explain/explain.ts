/**
 * One image, one method, one call. The last two explainers stay open for the next calls with the same model and options; whoever
 * explains many images in other ways opens an explainer.
 */

import { contentOf, type GivenInput, type OpenOptions, openModel, type VisionModel } from '../models/index.ts'
import type { Image } from '../tensor/index.ts'
import { type BlackBox, type BlackBoxExplanation, type BlackBoxOptions, explainBlackBox } from './black-box.ts'
import { findMethod } from './catalogue.ts'
import type { CompileOptions } from './compile.ts'
import { type Explainer, type Explanation, openExplainer, type Request } from './explainer.ts'
import { Kept } from './kept.ts'

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
 * @throws FoveaError FOVEA_USAGE for a method that needs more than answers; FOVEA_SHAPE, FOVEA_NOT_FINITE for answers that are no scores;
 * FOVEA_BACKEND for what the function throws
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
  const { method: name = 'grad-cam', options: own, like, layer, device, target, mask } = options
  const method = findMethod(name)
  const choice = { options: own, ...(like === undefined ? {} : { like }), layer, device, target }
  const content = contentOf(vision)
  return kept.use(
    content === undefined ? undefined : JSON.stringify([content, name, choice]),
    () => openExplainer(vision, method, choice),
    (explainer) => explainer.explain(image, { ...options, inputs: mask === undefined ? {} : { mask } }),
  )
}

const kept = new Kept<Explainer>(2, (explainer) => explainer[Symbol.asyncDispose]())

/** Closes the explainers that `explain` keeps open, and gives their memory back. */
export const closeKept = (): Promise<void> => kept.clear()
