/** The hand-made features by name, in the order in which they are shown; loaded when asked for. */

import { readBytes, shippedFile } from '#platform'
import { didYouMean, FoveaError } from '../error/index.ts'
import type { Feature } from './feature.ts'

type Load = () => Promise<Feature>

/** A file that comes with the package. */
const shipped = (path: string) => readBytes(shippedFile(path))

export const features: Readonly<Record<string, Load>> = {
  'scale-space': async () => (await import('./scale-space/index.ts')).scaleSpaceFeature,
  sift: async () => (await import('./sift/index.ts')).siftFeature,
  match: async () => (await import('./matching/index.ts')).matchFeature,
  canny: async () => (await import('./canny/index.ts')).cannyFeature,
  'hough-lines': async () => (await import('./hough/index.ts')).houghLinesFeature,
  'hough-segments': async () => (await import('./hough/index.ts')).houghSegmentsFeature,
  'hough-circles': async () => (await import('./hough/index.ts')).houghCirclesFeature,
  hog: async () => (await import('./hog/index.ts')).hogFeature,
  'hog-inversion': async () => {
    const room = await import('./hog-inversion/index.ts')
    return room.hogInversionFeature(room.readHogDictionary(await shipped(room.hogDictionaryFile)))
  },
  'sift-inversion': async () => {
    const room = await import('./sift-inversion/index.ts')
    return room.siftInversionFeature(room.readPatchBank(await shipped(room.patchBankFile)))
  },
  'itti-koch': async () => (await import('./itti-koch/index.ts')).ittiKochFeature,
  'spectral-residual': async () => (await import('./spectral-residual/index.ts')).spectralResidualFeature,
  gbvs: async () => (await import('./gbvs/index.ts')).gbvsFeature,
  'back-projection': async () => (await import('./back-projection/index.ts')).backProjectionFeature,
  'fixation-metrics': async () => (await import('./fixation-metrics/index.ts')).fixationMetricsFeature,
  context: async () => (await import('./context/index.ts')).contextFeature,
  'saliency-crop': async () => (await import('./views/index.ts')).saliencyCropFeature,
  'false-colour': async () => (await import('./views/index.ts')).falseColourFeature,
}

/** @throws FoveaError FOVEA_USAGE for a name that is not in the catalogue */
export async function findFeature(name: string): Promise<Feature> {
  const load = features[name]
  if (load) return load()
  const names = Object.keys(features)
  throw new FoveaError(
    'FOVEA_USAGE',
    `There is no feature '${name}'${didYouMean(name, names)}; there are ${names.join(', ')}.`,
  )
}
