/** A preset says how an image becomes the model's input and what its outputs are called. */

import * as v from 'valibot'
import { FoveaError } from '../error/index.ts'

/** One number a colour; a single one holds for all three. */
const triple = v.pipe(
  v.union([v.tuple([v.number(), v.number(), v.number()]), v.tuple([v.number()])]),
  v.transform(([r, g = r, b = r]): [number, number, number] => [r, g, b]),
)

/** The form of `preset.json`; every field may be left out. */
const schema = v.strictObject({
  name: v.optional(v.string()),
  /** The file that the preset belongs to, for people. */
  model: v.optional(v.string()),
  licence: v.optional(v.string()),
  /** The image input's name, when the model has several. */
  input: v.optional(v.string()),
  layout: v.optional(v.picklist(['NCHW', 'NHWC'])),
  channels: v.optional(v.picklist(['RGB', 'BGR'])),
  /** input = (pixel * scale - mean) / std, pixel from 0 to 255 */
  scale: v.optional(v.pipe(v.number(), v.minValue(0))),
  mean: v.optional(triple),
  std: v.optional(triple),
  /** [height, width] in pixels */
  size: v.optional(
    v.tuple([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.number(), v.integer(), v.minValue(1))]),
  ),
  /** crop: resize the short side, cut the centre. stretch: squash. letterbox: pad. */
  fit: v.optional(v.picklist(['crop', 'stretch', 'letterbox'])),
  /** For `crop`: the side that is kept, as a share of the resized image (0.875 of 256 is 224). */
  cropFraction: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  /** For `crop`: the short side in pixels; instead of `cropFraction`. */
  resize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  interpolation: v.optional(v.picklist(['nearest', 'bilinear', 'bicubic', 'lanczos'])),
  /** The output that holds the class scores. */
  output: v.optional(v.string()),
  scores: v.optional(v.picklist(['logits', 'probabilities', 'values'])),
  /** A file beside the preset with one label a line. */
  labels: v.optional(v.string()),
})

export type PresetFile = v.InferOutput<typeof schema>

/** A preset with its defaults filled in, and where it comes from. */
export interface Preset extends PresetFile {
  readonly name: string
  readonly channels: 'RGB' | 'BGR'
  readonly scale: number
  readonly mean: readonly [number, number, number] & [number, number, number]
  readonly std: readonly [number, number, number] & [number, number, number]
  readonly fit: 'crop' | 'stretch' | 'letterbox'
  readonly interpolation: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos'
  /** Why this preset: 'asked for', 'preset.json beside the model', 'the model's metadata', or 'a guess: …'. */
  readonly source: string
}

export function complete(file: PresetFile, source: string): Preset {
  return {
    channels: 'RGB',
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    fit: 'crop',
    interpolation: 'bilinear',
    ...file,
    name: file.name ?? 'unnamed',
    source,
  }
}

/** @throws FoveaError FOVEA_USAGE that names the field */
export function parsePreset(text: string, where: string): PresetFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new FoveaError('FOVEA_USAGE', `${where} is not JSON: ${(cause as Error).message}.`, { file: where }, cause)
  }
  const result = v.safeParse(schema, json)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new FoveaError('FOVEA_USAGE', `${where}: '${v.getDotPath(issue) ?? 'preset'}': ${issue.message}.`, {
    file: where,
  })
}
