/** Which preset holds: the one asked for, the one beside the model, the one in its metadata, or an announced guess. */

import { readBytes } from '#platform'
import { didYouMean, FoveaError } from '../error/index.ts'
import type { Model } from '../onnx/index.ts'
import { complete, type Preset, type PresetFile, parsePreset } from './preset.ts'
import { presets } from './presets/index.ts'

export interface ChosenPreset {
  readonly preset: Preset
  /** A path to the labels that the preset names. */
  readonly labels?: string
  /** The announcement, when it is a guess. */
  readonly note?: string
}

export async function choosePreset(
  model: Model,
  path: string | undefined,
  asked?: string | PresetFile,
): Promise<ChosenPreset> {
  if (typeof asked === 'object') return { preset: complete(asked, 'asked for') }
  if (asked?.endsWith('.json')) return fromFile(asked, parsePreset(await text(asked), asked), 'asked for')
  if (asked !== undefined) return { preset: byName(asked) }
  const beside = path ? await besideModel(path) : undefined
  if (beside) return fromFile(beside.path, parsePreset(beside.text, beside.path), 'preset.json beside the model')
  const stored = model.metadata['fovea.preset']
  if (stored) return { preset: complete(parsePreset(stored, "the model's metadata"), "the model's metadata") }
  return {
    preset: { ...byName('torchvision'), source: "a guess: torchvision's ImageNet preset" },
    note: "No preset beside the model or in it: torchvision's ImageNet preset is assumed (a guess; --preset says otherwise).",
  }
}

function byName(name: string): Preset {
  const found = presets[name]
  if (!found)
    throw new FoveaError(
      'FOVEA_USAGE',
      `There is no preset '${name}'${didYouMean(name, Object.keys(presets))}; there are ${Object.keys(presets).join(', ')}, or a path to a preset.json.`,
    )
  const { about: _, ...file } = found
  return complete({ ...file, name }, 'asked for')
}

const folderOf = (path: string) => path.replace(/[^/\\]*$/, '')

function fromFile(path: string, file: PresetFile, source: string): ChosenPreset {
  const preset = complete(file, source)
  return file.labels ? { preset, labels: `${folderOf(path)}${file.labels}` } : { preset }
}

/** `<model>.preset.json`, or `preset.json` when it names this model or none. */
async function besideModel(path: string): Promise<{ path: string; text: string } | undefined> {
  const own = path.replace(/\.onnx$/, '.preset.json')
  const shared = `${folderOf(path)}preset.json`
  for (const candidate of [own, shared]) {
    const found = await text(candidate).catch(() => undefined)
    if (found === undefined) continue
    const file = parsePreset(found, candidate)
    if (candidate === own || file.model === undefined || path.endsWith(file.model))
      return { path: candidate, text: found }
  }
  return undefined
}

async function text(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path))
}
