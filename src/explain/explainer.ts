/** A method loaded into the engine for one model: images in, heatmaps with their certificates out. */

import { FoveaError } from '../error/index.ts'
import { toOriginal } from '../image/index.ts'
import { findClass, prepare, type VisionModel } from '../models/index.ts'
import type { SessionOptions } from '../platform/index.ts'
import { openProgram } from '../runtime/index.ts'
import { type Image, int64, numbers, type Plane, type Tensor } from '../tensor/index.ts'
import { type Certificate, rangeOf, statusOf } from './certificate.ts'
import { type CompiledMethod, type CompileOptions, classInput, compileMethod } from './compile.ts'
import { type Method } from './method.ts'
import { version } from './version.ts'

export interface Explanation {
  /** In the pixels of the original image; NaN where the model saw nothing. */
  readonly heatmap: Plane
  /** As computed: at the layer's resolution, or the input's. */
  readonly raw: Plane
  /** Scores of all classes as the model gave them. */
  readonly scores: Float64Array
  readonly certificate: Certificate
}

export interface Request {
  /** A class number, a label, or 'top' (default). */
  readonly class?: number | string
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
  const compiled = await compileMethod(vision, method, { ...options, class: 'required' })
  const program = await openProgram(compiled.model, options)
  const fetches = [vision.head.output, compiled.heatmap.name, compiled.explained.name, compiled.score.name]
  return {
    compiled,
    async explain(image, { class: wanted = 'top', signal } = {}) {
      const index = findClass(String(wanted), vision.head.classes, vision.labels)
      const { tensor, placement } = prepare(image, vision.format)
      const feeds = { [vision.image.name]: tensor, [classInput]: int64([1], [index]) }
      const answers = await program.run(feeds, signal ? { fetches, signal } : { fetches })
      const raw = planeOf(answers[compiled.heatmap.name] as Tensor)
      const first = (name: string) => numbers(answers[name] as Tensor)[0] as number
      const explained = first(compiled.explained.name)
      return {
        raw,
        heatmap: toOriginal(raw, placement, { filter: 'bilinear' }),
        scores: numbers(answers[vision.head.output] as Tensor),
        certificate: certify(vision, compiled, {
          status: statusOf(raw, method.display(compiled.options) === 'positive'),
          ...rangeOf(raw),
          class: explained,
          score: first(compiled.score.name),
          seen: placement.seen,
          engine: program.engine,
        }),
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

type Measurement = Pick<Certificate, 'status' | 'minimum' | 'maximum' | 'class' | 'score' | 'seen' | 'engine'>

function certify(
  vision: VisionModel,
  { method, options, layer }: CompiledMethod,
  measurement: Measurement,
): Certificate {
  const { head, format, labels } = vision
  return {
    ...measurement,
    method: method.name,
    options,
    objective: `${head.logits}[${measurement.class}]`,
    label: labels?.[measurement.class] ?? null,
    layer: layer
      ? { name: layer.layer.name, size: [layer.layer.height, layer.layer.width], reason: layer.reason }
      : null,
    rules: 'gradient',
    model: { name: vision.name, sha256: vision.hash },
    preset: { name: format.preset.name, source: format.preset.source },
    input: [format.height, format.width],
    version,
  }
}

function planeOf(map: Tensor): Plane {
  const [, height = 0, width = 0] = map.dims
  if (map.dims.length !== 3)
    throw new FoveaError('FOVEA_INTERNAL', `The heatmap has the shape [${map.dims}], not [N, h, w].`)
  return { width, height, data: Float32Array.from(numbers(map)) }
}
