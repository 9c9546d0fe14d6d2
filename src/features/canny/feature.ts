/** Canny as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { grey } from '../grey.ts'
import { type CannyOptions, canny, cannyDefaults } from './canny.ts'
import { stagesOf } from './picture.ts'

/** The options that every feature on edges shares. */
export const cannyOptions = {
  low: {
    default: cannyDefaults.low,
    describe: 'weak edges: least gradient (|dx| + |dy| of Sobel, up to 2040)',
    min: 0,
  },
  high: { default: cannyDefaults.high, describe: 'strong edges: least gradient', min: 0 },
  sigma: {
    default: cannyDefaults.sigma,
    describe: 'Gaussian smoothing first, in pixels; 0 for none, as OpenCV does it',
    min: 0,
    max: 20,
  },
} as const

export const cannyFeature: Feature<{ low: number; high: number; sigma: number; norm: CannyOptions['norm'] }> = {
  name: 'canny',
  title: 'Canny edges',
  question: 'Where does the brightness change abruptly along a connected curve?',
  reference: 'J. Canny, IEEE PAMI 8(6), 1986',
  images: 1,
  options: {
    ...cannyOptions,
    norm: { default: cannyDefaults.norm, describe: 'length of the gradient', choices: ['l1', 'l2'] },
  },
  run([image], options) {
    const photograph = image as Image
    const found = canny(grey(photograph), options)
    const note =
      found.counts.edges === 0
        ? `No edge: no gradient is above ${options.high}. An even picture has none; else lower the thresholds.`
        : undefined
    return { result: { ...found.counts, note }, stages: stagesOf(photograph, found) }
  },
}
