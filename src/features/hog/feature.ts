/** HOG as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import { directionPicture } from '../canny/index.ts'
import type { Feature, Stage } from '../feature.ts'
import { paintPlane, tiles } from '../paint.ts'
import { type CellHistograms, cellHistograms } from './cells.ts'
import { type BlockNorm, type Convention, hog } from './hog.ts'
import { glyphsInPlace, glyphsOver, percentile } from './picture.ts'

export const hogFeature: Feature<{ convention: Convention; cell: number; gamma: boolean; norm: BlockNorm }> = {
  name: 'hog',
  title: 'Histograms of oriented gradients',
  question: 'Which edge directions does each part of the picture hold, whatever the light?',
  reference: 'N. Dalal, B. Triggs, CVPR 2005; P. Felzenszwalb et al., PAMI 32(9), 2010 (uoctti)',
  images: 1,
  options: {
    convention: {
      default: 'opencv',
      describe: 'whose numbers: they differ in nearly everything',
      choices: ['opencv', 'scikit-image', 'uoctti'],
    },
    cell: { default: 8, describe: 'side of a cell in pixels', min: 2, max: 64 },
    gamma: { default: false, describe: 'square root of the pixels first (not in uoctti)' },
    norm: {
      default: 'L2-Hys',
      describe: 'normalisation of a block, only in scikit-image',
      choices: ['L2-Hys', 'L2', 'L1', 'L1-sqrt'],
    },
  },
  run([image], options) {
    const photograph = image as Image
    const found = hog(photograph, options)
    const { columns, rows, depth, vector, note, gradient } = found
    const cells = cellHistograms(found)
    const zoom = Math.max(1, Math.min(3, Math.floor(1400 / photograph.width)))
    const stages: Stage[] = [
      { name: 'photograph', caption: `${photograph.width}x${photograph.height} pixels`, picture: photograph },
      {
        name: 'gradient',
        caption: 'longest of the three channels; hue: direction',
        picture: directionPicture(gradient.width, gradient.height, gradient.dx, gradient.dy),
      },
    ]
    if (vector.length > 0)
      stages.push(
        {
          name: 'directions',
          caption: `${cells.bins} directions of half a turn, normalised`,
          picture: directionTiles(cells),
        },
        {
          name: 'glyphs',
          caption: `${cells.columns}x${cells.rows} cells; a bar lies along the edge`,
          picture: glyphsInPlace(photograph, cells, options.cell, zoom),
        },
        {
          name: 'over the photograph',
          caption: `${columns}x${rows} positions of ${depth}: ${vector.length} numbers`,
          picture: glyphsOver(photograph, cells, options.cell, zoom),
        },
      )
    const even = vector.length > 0 && vector.every((v) => v === 0) ? 'No edge: the picture is even.' : undefined
    const result = { convention: options.convention, columns, rows, depth, length: vector.length, note: note ?? even }
    return { result, stages }
  },
}

/** One small map a direction, all on one scale. */
function directionTiles({ columns, rows, bins, first, weights }: CellHistograms): Image {
  const max = percentile(weights, 0.995)
  const items = Array.from({ length: bins }, (_, bin) => {
    const data = Float32Array.from({ length: columns * rows }, (_, i) => weights[i * bins + bin] as number)
    const label = `${Math.round(first + (bin * 180) / bins)}°`
    return {
      label,
      image: paintPlane({ width: columns, height: rows, data }, { min: 0, max, width: 160, cells: true }),
    }
  })
  return tiles(items, 3, 160)
}
