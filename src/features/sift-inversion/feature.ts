/** The inversion of SIFT as a catalogue record, once the patch bank has been read. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { grey } from '../grey.ts'
import { shrink } from '../itti-koch/index.ts'
import { sift } from '../sift/index.ts'
import { type PatchBank, part } from './bank.ts'
import { invertSift, siftInversionDefaults } from './invert.ts'
import { stagesOf } from './picture.ts'
import { scoreOf } from './score.ts'

/** Where the repository and the package keep the bytes for `readPatchBank`. */
export const patchBankFile = 'models/sift-inversion/bank.bin'

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
      const score = scoreOf(found, plane, keypoints, descriptors.data)
      const note =
        keypoints.length === 0 ? 'No keypoint: an even or tiny picture has none, nothing can be rebuilt.' : undefined
      return {
        result: { keypoints: keypoints.length, ...score, note },
        stages: stagesOf(photograph, plane, keypoints, found, score),
      }
    },
  }
}
