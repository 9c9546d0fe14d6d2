/** The inversion of SIFT as a catalogue record, once the patch bank has been read. */

import { blur } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { grey } from '../grey.ts'
import { correlation, inversionPicture } from '../hog-inversion/index.ts'
import { shrink } from '../itti-koch/index.ts'
import { paintPlane } from '../paint.ts'
import { keypointsPicture, sift } from '../sift/index.ts'
import { type PatchBank, part } from './bank.ts'
import { invertSift, siftInversionDefaults } from './invert.ts'
import { coveragePicture, topPicture } from './picture.ts'
import { describeAt, descriptorDistance } from './redescribe.ts'

/** Where the repository and the package keep the bytes for `readPatchBank`. */
export const patchBankFile = 'models/sift-inversion/bank.bin'

/** The blurred photograph that an inversion has to beat. */
const rivalSigma = 4

interface Options extends Record<string, number | string> {
  side: number
  contrast: number
  patches: number
  blend: 'top' | 'average'
}

export function siftInversionFeature(bank: PatchBank): Feature<Options> {
  return {
    name: 'sift-inversion',
    title: 'SIFT inversion',
    question: 'What do keypoints and descriptors alone give away about a picture?',
    reference: 'P. Weinzaepfel, H. Jegou, P. Perez, CVPR 2011',
    images: 1,
    options: {
      side: { default: 512, describe: 'a larger picture is first shrunk to this longer side', min: 32, max: 2048 },
      contrast: { default: 0.02, describe: 'least contrast of a keypoint: lower gives more regions', min: 0, max: 1 },
      patches: {
        default: bank.patches.rows,
        describe: 'use only so many patches of the bank',
        min: 1,
        max: bank.patches.rows,
      },
      blend: {
        default: siftInversionDefaults.blend,
        describe: 'all regions count, or the smallest on top',
        choices: ['average', 'top'],
      },
    },
    run([image], { side, contrast, patches, blend }) {
      const photograph = shrink(image as Image, side, 'SIFT inversion')
      const plane = grey(photograph)
      const { keypoints, descriptors } = sift(plane, { contrast })
      const found = invertSift(keypoints, descriptors.data, part(bank, patches), plane, { blend })
      const distance = (other: Plane) => descriptorDistance(describeAt(other, keypoints), descriptors.data)
      const rival = distance(blur(plane, rivalSigma))
      const scaled = stretched(found.plane)
      const own = distance(scaled)
      const likeness = correlation(found.plane, plane)
      const covered = found.coverage.reduce((n, c) => n + (c > 0 ? 1 : 0), 0) / found.coverage.length
      const note =
        keypoints.length === 0 ? 'No keypoint: an even or tiny picture has none, nothing can be rebuilt.' : undefined
      return {
        result: {
          keypoints: keypoints.length,
          covered,
          correlation: likeness,
          descriptorDistance: { inversion: own, blurred: rival },
          note,
        },
        stages: [
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
            picture: coveragePicture(found.coverage, plane),
          },
          { name: 'patches', caption: 'which region is on top, by colour', picture: topPicture(found.top, plane) },
          {
            name: 'inversion',
            caption: `correlation ${likeness.toFixed(2)}; descriptors off by ${own.toFixed(0)} of 512`,
            picture: inversionPicture(found.plane, 1),
          },
          {
            name: 'blurred photograph',
            caption: `its descriptors (sigma ${rivalSigma}) are off by ${rival.toFixed(0)}`,
            picture: paintPlane(blur(plane, rivalSigma), { colors: 'grey', min: 0, max: 255 }),
          },
        ],
      }
    },
  }
}

/** To 0..255: descriptors do not care about the scale, thresholds might. */
function stretched({ width, height, data }: Plane): Plane {
  const low = data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return { width, height, data: data.map((v) => (high > low ? (255 * (v - low)) / (high - low) : 128)) }
}
