/** Which preset holds: the one asked for, the one beside the model, or the one in its metadata. (Without any: guess-preset.) */

import { readBytes } from '#platform'
import { didYouMean, FoveaError } from '../error/index.ts'
import type { Model } from '../onnx/index.ts'
import { complete, type Preset, type PresetFile, parsePreset } from './preset.ts'
import { presets } from './presets/index.ts'

export interface ChosenPreset {
  readonly preset: Preset
  /** A path to the labels that the preset names. */
  readonly labels?: string
}

export async function choosePreset(
  model: Model,
  path: string | undefined,
  asked?: string | PresetFile,
): Promise<ChosenPreset | undefined> {
  if (typeof asked === 'object') return { preset: complete(asked, 'asked for') }
  if (asked?.endsWith('.json')) return fromFile(asked, parsePreset(await text(asked), asked), 'asked for')
  if (asked !== undefined) return { preset: presetByName(asked) }
  const beside = path ? await besideModel(path) : undefined
  if (beside) return fromFile(beside.path, parsePreset(beside.text, beside.path), 'preset.json beside the model')
  const stored = model.metadata['fovea.preset']
  return stored ? { preset: complete(parsePreset(stored, "the model's metadata"), "the model's metadata") } : undefined
}

/** @throws FoveaError FOVEA_USAGE that lists the presets */
export function presetByName(name: string, source = 'asked for'): Preset {
  const found = presets[name]
  if (!found)
    throw new FoveaError(
      'FOVEA_USAGE',
      `There is no preset '${name}'${didYouMean(name, Object.keys(presets))}; there are ${Object.keys(presets).join(', ')}, or a path to a preset.json.`,
    )
  const { about: _, ...file } = found
  return complete({ ...file, name }, source)
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
