/** A method loaded into the engine for one model: images in, heatmaps with their certificates out. */

import { hasBlockedKernels } from '#platform'
import { straightThrough } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import { toOriginal } from '../image/index.ts'
import { feedsOf, findClass, type GivenInput, inputTensor, prepare, type VisionModel } from '../models/index.ts'
import { operatorKey, type ValueInfo } from '../onnx/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import { openProgram } from '../runtime/index.ts'
import { type Image, int64, numbers, type Plane, sizeOf, type Tensor } from '../tensor/index.ts'
import { type Certificate, rangeOf, statusOf } from './certificate.ts'
import { type CompiledMethod, type CompileOptions, classInput, compileMethod } from './compile.ts'
import type { Method } from './method.ts'
import { meantClass, targetText } from './target.ts'
import { version } from './version.ts'

export interface Explanation {
  /** In the pixels of the original image; NaN where the model saw nothing. */
  readonly heatmap: Plane
  /** As computed: at the layer's resolution, or the input's. */
  readonly raw: Plane
  /** Scores of all classes as the model gave them; without classes the values of a small answer, of a large one none. */
  readonly scores: Float64Array
  readonly certificate: Certificate
}

export interface Request {
  /** A class number, a label, or 'top' (default); only for targets that use the class. */
  readonly class?: number | string
  /** What the target takes beside the class: `mask`, [height, width] of the map that it is laid over. */
  readonly inputs?: Readonly<Record<string, GivenInput>>
  readonly signal?: AbortSignal
}

export interface Explainer {
  readonly compiled: CompiledMethod
  /** @throws FoveaError FOVEA_CLASS; the signal's reason when cancelled */
  explain(image: Image, request?: Request): Promise<Explanation>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openExplainer(
  vision: VisionModel,
  method: Method,
  options: CompileOptions & SessionOptions = {},
): Promise<Explainer> {
  const engine = options.engine ?? ((await hasBlockedKernels(options.device)) ? 'x64' : 'any')
  const compiled = await compileMethod(vision, method, { ...options, engine, class: 'required' })
  const program = await openProgram(compiled.model, options)
  const { heatmap, score, classes, mask } = compiled
  const output = answerOf(vision)
  const fetches = [output ?? [], heatmap.name, score.name, Object.values(classes).map(({ name }) => name)].flat()
  return {
    compiled,
    async explain(image, { class: wanted, inputs = {}, signal } = {}) {
      const { tensor, placement } = prepare(image, vision.format)
      const feeds = { ...feedsOf(vision, tensor), ...classFeed(vision, compiled, wanted), ...maskFeed(mask, inputs) }
      const answers = await program
        .run(feeds, signal ? { fetches, signal } : { fetches })
        .catch((error: unknown) => Promise.reject(outside(error, compiled)))
      const raw = planeOf(answers[heatmap.name] as Tensor)
      const first = (name: string) => numbers(answers[name] as Tensor)[0] as number
      const chosen = Object.fromEntries(Object.entries(classes).map(([word, { name }]) => [word, first(name)]))
      return {
        raw,
        heatmap: toOriginal(raw, placement, { filter: 'bilinear' }),
        scores: output === undefined ? new Float64Array(0) : ofFirst(vision, answers[output] as Tensor),
        certificate: certify(vision, compiled, {
          status: statusOf(raw, method.display(compiled.options) === 'positive'),
          ...rangeOf(raw),
          class: meantClass(compiled.target, chosen, vision.head?.output),
          objective: targetText(compiled.target, chosen),
          score: first(score.name),
          seen: placement.seen,
          engine: program.engine,
        }),
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** The output that is shown as the model's scores, when it is short enough to be a list. */
function answerOf({ head, answer, measured, varying }: VisionModel): string | undefined {
  if (head) return head.output
  const { dims = [] } = measured.shapes.get(answer.output) ?? {}
  return varying.has(answer.output) || sizeOf(dims) > 1000 || dims.length > 2 ? undefined : answer.output
}

/** The numbers of the first image; a fixed batch holds the same one several times. */
function ofFirst({ batch }: VisionModel, scores: Tensor): Float64Array {
  const all = numbers(scores)
  return batch === null || batch < 2 ? all : all.slice(0, all.length / batch)
}

/** @throws FoveaError FOVEA_USAGE for a class that the target does not ask for */
function classFeed(
  vision: VisionModel,
  { target, classes }: CompiledMethod,
  wanted: number | string | undefined,
): Feeds {
  if (classes.class)
    return { [classInput]: int64([1], [findClass(String(wanted ?? 'top'), vision.head?.classes ?? 0, vision.labels)]) }
  if (wanted === undefined || wanted === 'top' || wanted === -1) return {}
  const words = vision.head
    ? '; say logits[class] in the target, or leave the class out'
    : ': the model has no list of classes'
  throw new FoveaError(
    'FOVEA_USAGE',
    `The target '${targetText(target, {})}' does not use the class ${wanted}${words}.`,
  )
}

/** @throws FoveaError FOVEA_USAGE when the mask is missing, or nobody asked for one; FOVEA_SHAPE */
function maskFeed(mask: ValueInfo | undefined, given: Readonly<Record<string, GivenInput>>): Feeds {
  const unknown = Object.keys(given).find((name) => name !== 'mask')
  if (unknown !== undefined || (!mask && Object.hasOwn(given, 'mask')))
    throw new FoveaError('FOVEA_USAGE', `The target takes no input '${unknown ?? 'mask'}'.`)
  if (!mask) return {}
  const [, height, width] = mask.shape ?? []
  if (!given.mask)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The target takes a mask of ${height}x${width}: give it with --input mask=mask.npy.`,
    )
  return { [mask.name]: inputTensor(mask, given.mask) }
}

/** A place beyond what was found in this image is the caller's mistake, not the model's. */
function outside(error: unknown, { target }: CompiledMethod): unknown {
  if (!(error instanceof FoveaError) || !/objective\/Gather.*out of (data )?bounds/s.test(error.message)) return error
  return new FoveaError(
    'FOVEA_USAGE',
    `The target '${targetText(target, {})}' speaks of a place that this image does not have: the model found fewer.`,
    error.details,
    error,
  )
}

type Measurement = Pick<
  Certificate,
  'status' | 'minimum' | 'maximum' | 'class' | 'objective' | 'score' | 'seen' | 'engine'
>

function certify(
  vision: VisionModel,
  { method, options, layer }: CompiledMethod,
  measurement: Measurement,
): Certificate {
  const { format, labels } = vision
  return {
    ...measurement,
    method: method.name,
    options,
    label: measurement.class === null ? null : (labels?.[measurement.class] ?? null),
    layer: layer
      ? { name: layer.layer.name, size: [layer.layer.height, layer.layer.width], reason: layer.reason }
      : null,
    rules: rulesOf(vision),
    model: { name: vision.name, sha256: vision.hash },
    preset: { name: format.preset.name, source: format.preset.source },
    input: [format.height, format.width],
    version,
  }
}

/** The rule set; and where a rounding was passed straight through, so that the gradient is an estimate. */
function rulesOf({ model }: VisionModel): string {
  const rounded = [...new Set(model.graph.nodes.map(operatorKey))].filter((key) => straightThrough.has(key))
  return rounded.length === 0 ? 'gradient' : `gradient, straight through ${rounded.join(', ')} (an estimate)`
}

function planeOf(map: Tensor): Plane {
  const [, height = 0, width = 0] = map.dims
  if (map.dims.length !== 3)
    throw new FoveaError('FOVEA_INTERNAL', `The heatmap has the shape [${map.dims}], not [N, h, w].`)
  return { width, height, data: Float32Array.from(numbers(map).subarray(0, width * height)) }
}
