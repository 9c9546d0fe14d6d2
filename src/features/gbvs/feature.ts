/** Graph-based visual saliency as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { type GbvsOptions, gbvs, gbvsDefaults } from './gbvs.ts'
import { stagesOf } from './picture.ts'

export const gbvsFeature: Feature<{
  dissimilarity: GbvsOptions['dissimilarity']
  concentration: GbvsOptions['concentration']
  nodes: number
  sigma: number
}> = {
  name: 'gbvs',
  title: 'Graph-based visual saliency',
  question: 'Where would a walker stay who is drawn to pixels unlike their neighbourhood?',
  reference: 'J. Harel, C. Koch, P. Perona, NIPS 2006',
  images: 1,
  options: {
    dissimilarity: {
      default: gbvsDefaults.dissimilarity,
      describe: 'how unlike two pixels are: their difference, or the logarithm of their ratio',
      choices: ['difference', 'log-ratio'],
    },
    concentration: {
      default: gbvsDefaults.concentration,
      describe: "a second walk (the paper), or the power 1.5 (the authors' code)",
      choices: ['walk', 'power'],
    },
    nodes: { default: gbvsDefaults.nodes, describe: 'longer side of the graph in nodes', min: 8, max: 48 },
    sigma: { default: gbvsDefaults.sigma, describe: 'reach of a step, as a part of the side', min: 0.02, max: 1 },
  },
  run(images, options) {
    const image = images[0] as Image
    const found = gbvs(image, options)
    const { width, height, data } = found.saliency
    const best = data.reduce((at, v, i) => (v > (data[at] as number) ? i : at), 0)
    const peak = {
      x: Math.floor((((best % width) + 0.5) * image.width) / width),
      y: Math.floor(((Math.floor(best / width) + 0.5) * image.height) / height),
    }
    const even = data.every((v) => v === 0)
    const result = even ? { note: 'Nothing differs from its neighbourhood: the image is even.' } : { peak }
    return { result, stages: stagesOf(found) }
  },
}
