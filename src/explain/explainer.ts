/** A method loaded into the engine for one model: images in, heatmaps with their certificates out. */

import { hasBlockedKernels } from '#platform'
import type { GivenInput, Prepared, VisionModel } from '../models/index.ts'
import type { SessionOptions } from '../platform/index.ts'
import type { Image, Plane } from '../tensor/index.ts'
import type { Certificate } from './certificate.ts'
import type { ChosenLayer } from './choose-layer.ts'
import type { CompileOptions } from './compile.ts'
import type { Method } from './method.ts'
import type { Options } from './options.ts'
import { openProgramExplainers } from './program-explainer.ts'
import { openRunExplainer } from './run-explainer.ts'
import type { State } from './study.ts'

export interface Explanation {
  /** In the pixels of the original image; NaN where the model saw nothing. */
  readonly heatmap: Plane
  /** As computed: at the layer's resolution, or the input's. */
  readonly raw: Plane
  /** Scores of all classes as the model gave them; without classes the values of a small answer, of a large one none. */
  readonly scores: Float64Array
  readonly certificate: Certificate
  /** Of a map estimated from samples: its standard error, as `raw`. */
  readonly standardError?: Plane
  /** Of an optimised map: the loss, step by step. */
  readonly curve?: readonly number[]
  /** Of an optimised map: where it stands, for `Request.resume`. */
  readonly state?: State
}

export interface Request {
  /** A class number, a label, or 'top' (default); only for targets that use the class. */
  readonly class?: number | string
  /** What `prepare` made of this image for this model, for callers that have it already: several methods share it. */
  readonly prepared?: Prepared
  /** What the target takes beside the class: `mask`, [height, width] of the map that it is laid over. */
  readonly inputs?: Readonly<Record<string, GivenInput>>
  /** Pictures that the method takes beside the photograph, by the names that it declares (`Method.pictures`). */
  readonly pictures?: Readonly<Record<string, readonly Image[]>>
  /** Milliseconds: a method that can answer at any time stops then with what it has. */
  readonly budget?: number | undefined
  /** As a budget that is spent when it is aborted: what there is so far; what cannot end early goes on. */
  readonly stop?: AbortSignal | undefined
  /** The `state` of an earlier explanation of the same image and target, to go on from as if that had never stopped. */
  readonly resume?: State | undefined
  readonly signal?: AbortSignal
  /** Called between batches of a long run; `preview` draws the map so far, where there is one. */
  readonly onProgress?: (done: number, total: number, preview?: () => Plane) => void
}

export interface Explainer {
  readonly method: Method
  readonly options: Options
  readonly layer: ChosenLayer | undefined
  /** @throws FoveaError FOVEA_CLASS; FOVEA_IMAGE for a target that this image does not have; the signal's reason when cancelled */
  explain(image: Image, request?: Request): Promise<Explanation>
  [Symbol.asyncDispose](): Promise<void>
}

/** @throws FoveaError as `compileMethod` */
export async function openExplainer(
  vision: VisionModel,
  method: Method,
  options: CompileOptions & SessionOptions = {},
): Promise<Explainer> {
  const [explainer] = await openExplainers(vision, [{ method, choice: options }], options)
  return explainer as Explainer
}

/**
 * Several methods, in their order. Those that can be compiled are one program: asked about the same prepared image, class and inputs,
 * it runs once for all of them.
 * @throws FoveaError as `compileMethod`; then none is open
 */
export async function openExplainers(
  vision: VisionModel,
  asked: readonly { readonly method: Method; readonly choice?: CompileOptions }[],
  session: SessionOptions & Pick<CompileOptions, 'engine'> = {},
): Promise<Explainer[]> {
  const { device } = session
  const engine = session.engine ?? ((await hasBlockedKernels(device)) ? 'x64' : 'any')
  const programs = asked.flatMap(({ method, choice = {} }) => (method.kind === 'program' ? [{ method, choice }] : []))
  const opened = programs.length > 0 ? await openProgramExplainers(vision, programs, { ...session, engine }) : []
  const explainers: Explainer[] = []
  try {
    for (const { method, choice } of asked)
      explainers.push(
        method.kind === 'program'
          ? (opened.shift() as Explainer)
          : await openRunExplainer(vision, method, { ...choice, ...session, engine }),
      )
  } catch (error) {
    for (const explainer of [...explainers, ...opened]) await explainer[Symbol.asyncDispose]()
    throw error
  }
  return explainers
}
