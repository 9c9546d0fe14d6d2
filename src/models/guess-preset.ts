/** The preset of a model that comes without one: a guess with its evidence, announced in one sentence. */

import type { Graph, ValueInfo } from '../onnx/index.ts'
import { isFloat } from '../tensor/index.ts'
import { presetByName } from './choose-preset.ts'
import type { Placed } from './image-input.ts'
import { complete, type Preset } from './preset.ts'
import { type Evidence, rangeEvidence } from './range.ts'

export interface GuessedPreset {
  readonly preset: Preset
  readonly note: string
}

const ranges = { raw: 'values from 0 to 255', unit: 'values from 0 to 1' } as const

export function guessPreset(graph: Graph, image: ValueInfo, { layout, depth }: Placed): GuessedPreset {
  const announce = (preset: Preset, assumed: string, why = '') => ({
    preset,
    note: `No preset beside the model or in it: ${assumed} ${assumed.startsWith('values') ? 'are' : 'is'} assumed${why} (a guess; --preset says otherwise).`,
  })
  const evidence = rangeEvidence(graph, image)
  if (evidence) {
    const preset = presetByName(evidence.preset, `a guess: ${evidence.because}`)
    return announce(preset, ranges[evidence.preset], `, because ${evidence.because}`)
  }
  if (depth === 1)
    return announce(
      presetByName('unit', 'a guess: the input is grey'),
      ranges.unit,
      ', because the input has one channel',
    )
  if (layout === 'NHWC')
    return announce(
      presetByName('keras', "a guess: the input's channels are last, as Keras has them"),
      "Keras' usual range of -1 to 1",
      ", because the input's channels are last",
    )
  return announce(
    presetByName('torchvision', "a guess: torchvision's ImageNet preset"),
    "torchvision's ImageNet preset",
  )
}

/** A preset whose values are not those that the graph seems to want, in one sentence. */
export function contradiction(preset: Preset, evidence: Evidence | undefined): string | undefined {
  if (!evidence) return undefined
  const span = (255 * preset.scale) / Math.min(...preset.std)
  const fits = evidence.preset === 'raw' ? span > 20 : span < 20
  if (fits) return undefined
  return `The preset '${preset.name}' gives values over a span of ${span.toPrecision(3)}, but the model seems to want ${ranges[evidence.preset]}: ${evidence.because}.`
}

/** Integer inputs take pixels as they are, whatever a preset says of means. */
export function pixelsFor(image: ValueInfo, preset: Preset, notes: string[]): Preset {
  const plain = preset.scale === 1 && preset.mean.every((m) => m === 0) && preset.std.every((s) => s === 1)
  if (isFloat(image.dtype) || plain) return preset
  notes.push(
    `The input '${image.name}' is ${image.dtype}: pixels from 0 to 255 are fed, without the preset's mean and deviation.`,
  )
  return complete({ ...preset, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }, preset.source)
}
