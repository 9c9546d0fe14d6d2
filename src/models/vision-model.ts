/** A model ready to be explained: its graph in one dialect, measured, with its preset, its head, its layers and its labels. */

import { filesBeside, readBytes } from '#platform'
import { FoveaError } from '../error/index.ts'
import { type Measured, type Model, printType, readModel, requiredInputs, type ValueInfo } from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { probe } from '../runtime/index.ts'
import { choosePreset } from './choose-preset.ts'
import { embedded } from './embedded.ts'
import { findHead, type Head } from './head.ts'
import { parseLabels } from './labels.ts'
import { type Layer, layersOf } from './layers.ts'
import type { InputFormat } from './prepare.ts'
import type { PresetFile } from './preset.ts'

export interface VisionModel {
  /** The file's name, or 'model' for bytes. */
  readonly name: string
  /** sha256 of the file. */
  readonly hash: string
  readonly model: Model
  readonly measured: Measured
  readonly image: ValueInfo
  readonly format: InputFormat
  readonly head: Head
  readonly labels: readonly string[] | undefined
  readonly layers: readonly Layer[]
  /** What was guessed, in sentences; to be shown to whoever asked. */
  readonly notes: readonly string[]
}

export interface OpenOptions {
  /** A preset by name, as a path to a preset.json, or as data. */
  readonly preset?: string | PresetFile
  /** The output that holds the scores. */
  readonly output?: string
  /** A file with one label a line. */
  readonly labels?: string
  /** [height, width] of the input, for models that leave it open. */
  readonly size?: readonly [number, number]
  readonly device?: Device
}

/**
 * Opens a model; without a source the embedded EfficientNet-Lite0.
 * @param source a path, or the bytes of an .onnx file without external data
 * @throws FoveaError FOVEA_NOT_ONNX, FOVEA_MODEL, FOVEA_OPSET, FOVEA_EXTERNAL_DATA, FOVEA_USAGE
 */
export async function openModel(source?: string | Uint8Array, options: OpenOptions = {}): Promise<VisionModel> {
  const path = source === undefined ? embedded.path : typeof source === 'string' ? source : undefined
  const bytes = typeof source === 'object' ? source : await readBytes(path as string)
  const name = path?.split(/[/\\]/).at(-1) ?? 'model'
  const model = readModel(bytes, {
    name: path ?? 'The model',
    ...(path ? { external: filesBeside(path) } : {}),
  })
  const notes: string[] = []
  const chosen = await choosePreset(model, path, options.preset)
  const image = imageInput(model, chosen.preset.input)
  const format = formatOf(image, chosen.preset, options.size, notes)
  if (chosen.note) notes.unshift(chosen.note)
  const measured = await probe(model, {
    sizes: {
      [image.name]:
        format.layout === 'NCHW' ? [null, 3, format.height, format.width] : [null, format.height, format.width, 3],
    },
    device: options.device ?? 'auto',
  })
  const head = findHead(model.graph, measured, options.output ?? chosen.preset.output)
  return {
    name: source === undefined ? embedded.name : name,
    hash: await sha256(bytes),
    model,
    measured,
    image,
    format,
    head,
    labels: await labelsOf(options.labels ?? chosen.labels, head.classes, notes),
    layers: layersOf(model.graph, measured, image.name, head.logits),
    notes,
  }
}

async function labelsOf(path: string | undefined, classes: number, notes: string[]): Promise<string[] | undefined> {
  if (path) return parseLabels(new TextDecoder().decode(await readBytes(path)), classes, path)
  if (classes !== 1000) return undefined
  notes.push("The model has 1000 classes: they are called by ImageNet's names (a guess; --labels says otherwise).")
  return parseLabels(new TextDecoder().decode(await readBytes(embedded.labels)), classes, embedded.labels)
}

/** The input that takes the picture. @throws FoveaError FOVEA_USAGE that lists the inputs */
function imageInput(model: Model, wanted: string | undefined): ValueInfo {
  const inputs = requiredInputs(model.graph)
  const pictures = inputs.filter(({ dtype, shape }) => dtype.startsWith('float') && shape?.length === 4)
  const found = wanted === undefined ? pictures[0] : inputs.find(({ name }) => name === wanted)
  const all = inputs.map(({ name, dtype, shape }) => `'${name}' ${printType(dtype, shape)}`).join(', ')
  if (!found)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The model has no input ${wanted ? `'${wanted}'` : 'for a picture (4 axes of floats)'}; its inputs are ${all}.`,
    )
  if (inputs.length > 1)
    throw new FoveaError('FOVEA_USAGE', `The model has several inputs (${all}); Fovea explains models with one.`)
  if (found.dtype !== 'float32')
    throw new FoveaError(
      'FOVEA_MODEL',
      `The model's input '${found.name}' is ${found.dtype}; Fovea feeds float32. Export it with a float32 input.`,
    )
  return found
}

function formatOf(
  image: ValueInfo,
  preset: InputFormat['preset'],
  size: readonly [number, number] | undefined,
  notes: string[],
): InputFormat {
  const [, a, b, c] = image.shape ?? []
  const layout = preset.layout ?? (c === 3 && a !== 3 ? 'NHWC' : 'NCHW')
  const [channels, height, width] = layout === 'NCHW' ? [a, b, c] : [c, a, b]
  if (typeof channels === 'number' && channels !== 3)
    throw new FoveaError(
      'FOVEA_MODEL',
      `The model's input '${image.name}' ${printType(image.dtype, image.shape)} has ${channels} channels in ${layout}; Fovea feeds 3 (RGB).`,
    )
  const [wantedHeight, wantedWidth] = size ?? preset.size ?? [undefined, undefined]
  const pick = (fixed: typeof height, wanted: number | undefined, axis: string): number => {
    if (typeof fixed !== 'number') return wanted ?? 224
    if (wanted === undefined || wanted === fixed) return fixed
    if (size)
      throw new FoveaError('FOVEA_USAGE', `The model's ${axis} is fixed at ${fixed}; --size cannot make it ${wanted}.`)
    notes.push(`The preset says ${axis} ${wanted}, but the model is fixed at ${fixed}: ${fixed} is used.`)
    return fixed
  }
  const format = {
    preset,
    layout,
    height: pick(height, wantedHeight, 'height'),
    width: pick(width, wantedWidth, 'width'),
  } as const
  if (typeof height !== 'number' && wantedHeight === undefined)
    notes.push(
      `The model leaves its size open: ${format.height}x${format.width} is used (a guess; --size says otherwise).`,
    )
  return format
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
