/** The inversions of HOG as a catalogue record, once the dictionary has been read. */

import type { Image, Plane } from '../../tensor/index.ts'
import type { Feature, Stage } from '../feature.ts'
import { cellHistograms, glyphsInPlace, type Hog } from '../hog/index.ts'
import { shrink } from '../itti-koch/index.ts'
import { paintPlane, tiles } from '../paint.ts'
import { correlation, halved } from './correlation.ts'
import type { HogDictionary } from './dictionary.ts'
import { type Inversion, type InversionMethod, inversions, invertDefaults, invertHog, invertible } from './invert.ts'

/** Where the repository and the package keep the bytes for `readHogDictionary`. */
export const hogDictionaryFile = 'models/hog-inversion/dictionary.bin'

const words: Readonly<Record<InversionMethod, string>> = {
  elda: 'exemplar LDA',
  ridge: 'ridge regression',
  direct: 'direct',
  dictionary: 'paired dictionary',
}

interface Options extends Record<string, number | string> {
  method: InversionMethod | 'all'
  side: number
  nearest: number
  lambda: number
  steps: number
  seed: number
}

export function hogInversionFeature(dictionary: HogDictionary): Feature<Options> {
  return {
    name: 'hog-inversion',
    title: 'HOG inversion',
    question: 'What is left of a picture in its HOG: what could a detector still see?',
    reference: 'C. Vondrick, A. Khosla, T. Malisiewicz, A. Torralba, ICCV 2013',
    images: 1,
    options: {
      method: { default: 'all', describe: 'one of the four ways, or all', choices: ['all', ...inversions] },
      side: { default: 384, describe: 'a larger picture is first shrunk to this longer side', min: 56, max: 2048 },
      nearest: { default: invertDefaults.nearest, describe: 'elda: exemplars averaged a window', min: 1, max: 256 },
      lambda: { default: invertDefaults.lambda, describe: 'dictionary: weight of sparsity', min: 0, max: 1 },
      steps: { default: invertDefaults.steps, describe: 'direct: steps of gradient descent', min: 1, max: 1000 },
      seed: { default: invertDefaults.seed, describe: 'direct: of the noise it starts from' },
    },
    run([image], { method, side, ...options }) {
      const photograph = shrink(image as Image, side, 'HOG inversion')
      const hog = invertible(photograph)
      const methods = method === 'all' ? inversions : [method]
      const found = methods.map((name) => invertHog(hog, dictionary, name, options))
      const scores = found.map(({ plane }) => correlation(plane, halved(photograph, plane.width, plane.height)))
      const ways = found.map(({ method, windows, atomsInUse, losses }, i) => ({
        method,
        windows,
        atomsInUse,
        loss: losses?.at(-1),
        correlation: scores[i],
      }))
      const even = hog.gradient.dx.every((v) => v === 0) && hog.gradient.dy.every((v) => v === 0)
      const note = even
        ? 'No edge: the picture is even, and what is rebuilt is what the dictionary holds on average.'
        : undefined
      return { result: { ways, note }, stages: stagesOf(photograph, hog, found, scores) }
    },
  }
}

function stagesOf(photograph: Image, hog: Hog, found: readonly Inversion[], scores: readonly number[]): Stage[] {
  const ncc = (i: number) => `correlation ${(scores[i] as number).toFixed(2)}`
  const pictures = found.map(({ plane }) => inversionPicture(plane))
  const stages: Stage[] = [
    {
      name: 'photograph',
      caption: `${photograph.width}x${photograph.height} pixels, only for comparison`,
      picture: photograph,
    },
    {
      name: 'HOG',
      caption: `all that is known: ${hog.columns}x${hog.rows} cells of 31 numbers`,
      picture: glyphsInPlace(photograph, cellHistograms(hog), hog.options.cell, 2),
    },
    ...found.map((inversion, i) => ({
      name: words[inversion.method],
      caption: `${ncc(i)}; ${detail(inversion)}`,
      picture: pictures[i] as Image,
    })),
  ]
  if (found.length > 1) {
    const items = found.map(({ method }, i) => ({ label: `${words[method]}: ${ncc(i)}`, image: pictures[i] as Image }))
    stages.push({
      name: 'side by side',
      caption: 'the four ways, each on its own scale of grey',
      picture: tiles(items, 2, 480),
    })
  }
  return stages
}

function detail({ method, windows, atomsInUse, losses }: Inversion): string {
  if (method === 'direct') return `loss ${losses?.[0]?.toFixed(2)} to ${losses?.at(-1)?.toFixed(2)}`
  if (method === 'dictionary') return `${windows} windows, ${atomsInUse?.toFixed(0)} atoms each`
  return `${windows} windows`
}

/** Twice the size, the darkest and brightest 0.5 % clipped: an inversion has no scale of its own. */
export function inversionPicture(plane: Plane, zoom = 2): Image {
  const sorted = plane.data.slice().sort()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number
  return paintPlane(plane, { colors: 'grey', min: at(0.005), max: at(0.995), width: plane.width * zoom })
}
