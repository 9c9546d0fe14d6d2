/** A SIFT inversion and the regions it was put together from, as pictures. */

import { blur, colormap, colorOf } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { inversionPicture } from '../hog-inversion/index.ts'
import { paintPlane } from '../paint.ts'
import { type Keypoint, keypointsPicture } from '../sift/index.ts'
import type { SiftInversion } from './invert.ts'
import { rivalSigma, type Score } from './score.ts'

export function stagesOf(
  photograph: Image,
  plane: Plane,
  keypoints: readonly Keypoint[],
  { plane: again, coverage, top }: SiftInversion,
  { correlation, inversion, blurred, covered }: Score,
): Stage[] {
  return [
    {
      name: 'photograph',
      caption: `${photograph.width}x${photograph.height} pixels, only for comparison`,
      picture: photograph,
    },
    {
      name: 'keypoints',
      caption: `all that is known: ${keypoints.length} keypoints and descriptors`,
      picture: keypointsPicture(photograph, keypoints),
    },
    {
      name: 'coverage',
      caption: `regions a pixel; ${(100 * covered).toFixed(0)} % have one`,
      picture: coveragePicture(coverage, plane),
    },
    { name: 'patches', caption: 'which region is on top, by colour', picture: topPicture(top, plane) },
    {
      name: 'inversion',
      caption: `correlation ${correlation.toFixed(2)}; descriptors off by ${inversion.toFixed(0)} of 512`,
      picture: inversionPicture(again, 1),
    },
    {
      name: 'blurred photograph',
      caption: `its descriptors (sigma ${rivalSigma}) are off by ${blurred.toFixed(0)}`,
      picture: paintPlane(blur(plane, rivalSigma), { colors: 'grey', min: 0, max: 255 }),
    },
  ]
}

function coveragePicture(coverage: Uint16Array, { width, height }: Plane): Image {
  return paintPlane({ width, height, data: Float32Array.from(coverage, Math.sqrt) }, { min: 0 })
}

/** Neighbouring indices get distant colours; black where no region is. */
function topPicture(top: Int32Array, { width, height }: Plane): Image {
  const data = new Uint8Array(3 * top.length)
  const table = colormap('turbo')
  for (let i = 0; i < top.length; i++) {
    const region = top[i] as number
    if (region >= 0) data.set(colorOf(table, (region * 0.618034) % 1, 0, 1), 3 * i)
  }
  return { width, height, data }
}
