/** What the records of the Hough transforms share: Canny's options and picture, words. */

import type { Image } from '../../tensor/index.ts'
import { canny, cannyOptions, maskPicture } from '../canny/index.ts'
import type { Stage } from '../feature.ts'
import { grey } from '../grey.ts'

export const degree = Math.PI / 180
/** Softer than bare Canny: the grain of wood and grass would outvote every line. */
export const edgeOptions = {
  low: { ...cannyOptions.low, default: 40 },
  high: { ...cannyOptions.high, default: 120 },
  sigma: { ...cannyOptions.sigma, default: 1.4 },
} as const
export const votesOption = { default: 70, describe: 'a line needs more votes (edge pixels) than this', min: 1 }
export const mostOption = { default: 20, describe: 'show at most this many, the strongest', min: 1, max: 10000 }

export function edgesStage(image: Image, options: { low: number; high: number; sigma: number }) {
  const found = canny(grey(image), options)
  const map = { width: found.width, height: found.height, data: found.edges }
  const stage: Stage = {
    name: 'edges',
    caption: `${found.counts.edges} edge pixels vote`,
    picture: maskPicture(map.width, map.height, map.data),
  }
  return { map, stage }
}

export const millions = (count: number) => (count < 1e5 ? `${count}` : `${(count / 1e6).toFixed(1)} million`)

export const photographStage = (image: Image): Stage => ({
  name: 'photograph',
  caption: `${image.width}x${image.height} pixels`,
  picture: image,
})

export const nothing = (what: string) =>
  `No ${what}: lower the votes that are needed, or Canny's thresholds; an even picture has none.`
