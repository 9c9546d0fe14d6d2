/** A model ready to be explained: its graph in one dialect, measured, with its preset, its answer, its layers and its labels. */

import { filesBeside, readBytes } from '#platform'
import type { Measured, Model, ValueInfo } from '../onnx/index.ts'
import type { Device, Feeds } from '../platform/index.ts'
import { choosePreset } from './choose-preset.ts'
import { rememberContent } from './content.ts'
import { embedded } from './embedded.ts'
import type { GivenInput } from './feeds.ts'
import { contradiction, guessPreset, pixelsFor } from './guess-preset.ts'
import { type Answer, findAnswer, type Head } from './head.ts'
import { formatOf, imageInput, type PixelValue, pixelValue, placeIn } from './image-input.ts'
import { refuseUnknown } from './known-operators.ts'
import { parseLabels } from './labels.ts'
import { type Layer, layersOf } from './layers/index.ts'
import { measure } from './measure.ts'
import { readModelFile } from './model-file.ts'
import { otherInputs } from './other-inputs.ts'
import type { InputFormat } from './prepare.ts'
import type { PresetFile } from './preset.ts'
import { rangeEvidence } from './range.ts'
import { type Spoken, targetsOf } from './targets.ts'

export interface VisionModel {
  /** The file's name, with its folder's where it is only called model.onnx; 'model' for bytes. */
  readonly name: string
  /** sha256 of the file. */
  readonly hash: string
  readonly model: Model
  readonly measured: Measured
  /** The input that takes the picture. */
  readonly image: ValueInfo
  readonly format: InputFormat
  /** The float value that carries the picture: gradients at the image are taken here. */
  readonly pixels: PixelValue
  /** Images in one run where the model fixes their number; 0 when its input has no axis for them. */
  readonly batch: number | null
  /** The inputs beside the picture, as they are fed. */
  readonly inputs: Feeds
  readonly answer: Answer
  /** The class scores; undefined for regressions, segmenters, detectors. */
  readonly head: Head | undefined
  /** What targets can speak of, and what is explained without one. */
  readonly targets: Spoken
  /** Values whose size depends on the image, such as what a detector finds, and the axes that do. */
  readonly varying: ReadonlyMap<string, readonly boolean[]>
  readonly labels: readonly string[] | undefined
  readonly layers: readonly Layer[]
  /** What was guessed, in sentences; to be shown to whoever asked. */
  readonly notes: readonly string[]
}

export interface OpenOptions {
  /** A preset by name, as a path to a preset.json, or as data. */
  readonly preset?: string | PresetFile
  /** The output that holds the scores, or that explanations start from. */
  readonly output?: string
  /** A file with one label a line. */
  readonly labels?: string
  /** [height, width] of the input, for models that leave it open. */
  readonly size?: readonly [number, number]
  /** Where the channels lie, when the preset and the guess are wrong. */
  readonly layout?: 'NCHW' | 'NHWC'
  /** The inputs beside the picture. */
  readonly inputs?: Readonly<Record<string, GivenInput>>
  readonly device?: Device
}

/**
 * Opens a model; without a source the embedded EfficientNet-Lite0. In Node the weights of a file of 32 MiB and more stay in it and are
 * read where they lie (FOVEA_IO when it was changed since); bytes are held.
 * @param source a path, or the bytes of an .onnx file without external data
 * @throws FoveaError FOVEA_NOT_ONNX, FOVEA_MODEL, FOVEA_OPSET, FOVEA_EXTERNAL_DATA, FOVEA_USAGE, FOVEA_SHAPE, FOVEA_IMAGE_TOO_SMALL
 */
export async function openModel(source?: string | Uint8Array, options: OpenOptions = {}): Promise<VisionModel> {
  const path = source === undefined ? embedded.path : typeof source === 'string' ? source : undefined
  const name = source === undefined ? embedded.name : path === undefined ? 'model' : nameOf(path)
  let alone = Object.keys(options.inputs ?? {}).length === 0
  const external: ReturnType<typeof filesBeside> = (...part) => {
    alone = false
    return filesBeside(path as string)(...part)
  }
  const { model: read, hash } = await readModelFile(
    typeof source === 'object' ? source : (path as string),
    path === undefined ? undefined : external,
  )
  refuseUnknown(read, path ?? 'The model')
  const notes: string[] = []
  const chosen = await choosePreset(read, path, options.preset)
  const image = imageInput(read.graph, chosen?.preset.input)
  const { frozen, inputs } = otherInputs(read, image, options.inputs ?? {})
  const placed = placeIn(frozen.graph, image, options.layout ?? chosen?.preset.layout)
  const { preset, note } = chosen ? { ...chosen, note: undefined } : guessPreset(frozen.graph, image, placed)
  const doubt = note ?? contradiction(preset, rangeEvidence(frozen.graph, image))
  if (doubt) notes.push(doubt)
  const format = formatOf(image, placed, pixelsFor(image, preset, notes), options.size, notes)
  const { model, measured, varying } = await measure(frozen, {
    image,
    format,
    batch: placed.batch,
    inputs,
    device: options.device,
  })
  const { graph } = model
  const facts = { graph, measured, varying, batch: placed.batch ?? 1 }
  const answer = findAnswer(facts, preset, options.output)
  const pixels = pixelValue(graph, image, placed)
  const labels = await labelsOf(options.labels ?? chosen?.labels, answer.head, notes)
  const layers = layersOf(graph, measured, pixels.name, answer.value, pixels.layout)
  const targets = targetsOf(
    facts,
    answer,
    labels,
    layers.map((layer) => layer.name),
  )
  if (targets.note) notes.push(targets.note)
  const vision: VisionModel = {
    name,
    hash: await hash(),
    model,
    measured,
    image,
    format,
    pixels,
    batch: placed.batch,
    inputs,
    answer,
    head: answer.head,
    varying,
    labels,
    layers,
    targets,
    notes,
  }
  rememberContent(vision, () => alone)
  return vision
}

function nameOf(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '')
  return parts.slice(parts.at(-1) === 'model.onnx' ? -2 : -1).join('/')
}

/** The same model looked at from another of its values: the layers that lead there. */
export function towards(vision: VisionModel, value: string): VisionModel {
  const { model, measured, pixels, answer } = vision
  if (value === answer.value) return vision
  const layers = layersOf(model.graph, measured, pixels.name, value, pixels.layout)
  return { ...vision, answer: { ...answer, value }, layers }
}

async function labelsOf(
  path: string | undefined,
  head: Head | undefined,
  notes: string[],
): Promise<string[] | undefined> {
  if (!head) return undefined
  const { classes } = head
  if (path) return parseLabels(new TextDecoder().decode(await readBytes(path)), classes, path)
  if (classes !== 1000) return undefined
  notes.push("The model has 1000 classes: they are called by ImageNet's names (a guess; --labels says otherwise).")
  return parseLabels(new TextDecoder().decode(await readBytes(embedded.labels)), classes, embedded.labels)
}
