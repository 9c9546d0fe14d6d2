/** Labels in context as a catalogue record; detections and scenes are options in words. */

import { FoveaError } from '../../error/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { countScenes, pmi } from './co-occurrence.ts'
import { handMadeScenes } from './hand-made-scenes.ts'
import { stagesOf } from './picture.ts'
import { type Detection, rescore } from './rescore.ts'

export const contextFeature: Feature<{ detections: string; scenes: string; lambda: number; k: number }> = {
  name: 'context',
  title: 'Labels in context',
  question: 'Which of these labels does not fit its company?',
  reference: 'A. Rabinovich et al., ICCV 2007',
  images: 1,
  options: {
    detections: {
      default: 'duck .8, water .9, reed .6, car .7',
      describe: "labels with scores, 'a .8, b .6'; alternatives of one region with '/': 'duck .5 / car .4, water .9'",
    },
    scenes: {
      default: '',
      describe: "your annotations, 'duck, water; car, street': a scene per ';'. Empty: 30 scenes made up by hand",
    },
    lambda: { default: 1, describe: 'weight of the company', min: 0, max: 10 },
    k: { default: 0.5, describe: 'smoothing: how many scenes it takes to be believed', min: 0.01, max: 100 },
  },
  run(images, { detections, scenes, lambda, k }) {
    const counts = countScenes(scenes.trim() === '' ? handMadeScenes : parseScenes(scenes))
    const table = pmi(counts, k)
    const found = rescore(parseDetections(detections), table, lambda)
    const unknown = [...new Set(found.map((d) => d.label))].filter((label) => !counts.labels.includes(label))
    const source =
      scenes.trim() === '' ? '30 scenes made up by hand, an illustration' : `${counts.scenes} scenes of yours`
    return {
      result: { source, detections: found, unknown },
      stages: stagesOf(images[0] as Image, counts, table, found),
    }
  },
}

/** @throws FoveaError FOVEA_USAGE for a detection that is not a label with a score */
export function parseDetections(words: string): Detection[] {
  return words.split(',').flatMap((region, i) =>
    region.split('/').map((detection) => {
      const match = detection.trim().match(/^(.+?)\s+([0-9.]+)$/)
      if (match) return { label: match[1] as string, score: Number(match[2]), region: i }
      throw new FoveaError(
        'FOVEA_USAGE',
        `A detection is a label and a score, like 'duck .8', not '${detection.trim()}'.`,
      )
    }),
  )
}

function parseScenes(words: string): string[][] {
  const label = (word: string) => word.trim()
  return words.split(';').map((scene) => scene.split(',').map(label).filter(Boolean))
}
