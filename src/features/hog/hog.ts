/**
 * Histograms of oriented gradients: how much of an edge in which direction, cell by cell, after local normalisation.
 * Three conventions that differ in nearly everything are offered under their own names; their numbers do not mix.
 * References: N. Dalal, B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005 ('opencv',
 * 'scikit-image'); P. Felzenszwalb, R. Girshick, D. McAllester, D. Ramanan, "Object detection with discriminatively
 * trained part-based models", PAMI 32(9), 2010 ('uoctti').
 */

import { FoveaError } from '../../error/index.ts'
import type { Image } from '../../tensor/index.ts'
import { checkSize } from '../grey.ts'
import { type Gradient, gradient } from './gradient.ts'
import { opencvBlocks } from './opencv.ts'
import { scikitBlocks } from './scikit-image.ts'
import { uocttiCells, uocttiFeatures } from './uoctti.ts'

export type Convention = 'opencv' | 'scikit-image' | 'uoctti'
export type BlockNorm = 'L2-Hys' | 'L2' | 'L1' | 'L1-sqrt'

export interface HogOptions {
  readonly convention: Convention
  /** side of a cell in pixels */
  readonly cell: number
  /** directions in half a turn; 'uoctti' always has 9 (and 18 in the whole turn) */
  readonly bins: number
  /** cells of a block's side; default 2 in 'opencv', 3 in 'scikit-image', no meaning in 'uoctti' */
  readonly block: number
  /** square root of the pixels first; no meaning in 'uoctti' */
  readonly gamma: boolean
  /** only 'scikit-image' has a choice */
  readonly norm: BlockNorm
  /** where L2-Hys cuts */
  readonly clip: number
}

const customary: Readonly<Record<Convention, Omit<HogOptions, 'convention'>>> = {
  opencv: { cell: 8, bins: 9, block: 2, gamma: true, norm: 'L2-Hys', clip: 0.2 },
  'scikit-image': { cell: 8, bins: 9, block: 3, gamma: false, norm: 'L2-Hys', clip: 0.2 },
  uoctti: { cell: 8, bins: 9, block: 1, gamma: false, norm: 'L2-Hys', clip: 0.2 },
}

export interface Hog {
  readonly options: HogOptions
  readonly gradient: Gradient
  /** positions of the descriptor: blocks, or in 'uoctti' cells */
  readonly columns: number
  readonly rows: number
  /** numbers at each position */
  readonly depth: number
  /**
   * 'opencv': columns of blocks, in each block columns of cells; the others: rows of blocks, rows of cells. Bins last.
   * In 'uoctti' 18 directed bins, 9 undirected, 4 textures, and a zero where the original marks cells outside.
   */
  readonly vector: Float64Array
  /** why the vector is empty */
  readonly note?: string
}

/**
 * The descriptor of the whole picture. A picture smaller than one block has an empty vector and a note.
 * @throws FoveaError FOVEA_USAGE (options), FOVEA_IMAGE, FOVEA_IMAGE_TOO_LARGE
 */
export function hog(image: Image, options: Partial<HogOptions> = {}): Hog {
  const convention = options.convention ?? 'opencv'
  if (!(convention in customary))
    throw new FoveaError('FOVEA_USAGE', `HOG conventions are opencv, scikit-image and uoctti, not '${convention}'.`)
  const all: HogOptions = { convention, ...customary[convention], ...options }
  check(image, all)
  const result = build(image, all)
  if (result.vector.length > 0) return result
  const side = convention === 'uoctti' ? 3 * all.cell : all.block * all.cell
  const note = `The picture has ${image.width}x${image.height} pixels, one block needs about ${side}x${side}: the vector is empty.`
  return { ...result, note }
}

function check(image: Image, { cell, bins, block, clip }: HogOptions): void {
  checkSize(image.width, image.height, 'HOG')
  if (image.data.length !== 3 * image.width * image.height)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `HOG got ${image.data.length} bytes for ${image.width}x${image.height} RGB pixels.`,
    )
  const counts = [cell, bins, block].every((value) => Number.isInteger(value) && value >= 1)
  if (!counts || cell < 2 || !(clip > 0))
    throw new FoveaError(
      'FOVEA_USAGE',
      `HOG needs cells of 2 pixels or more, whole bins and blocks, and clip > 0, not ${cell}, ${bins}, ${block}, ${clip}.`,
    )
}

function build(image: Image, options: HogOptions): Hog {
  if (options.convention === 'opencv') {
    const slopes = gradient(image, { border: 'flat', gamma: options.gamma, ties: 'blue-first' })
    return { options, gradient: slopes, ...opencvBlocks(slopes, options) }
  }
  if (options.convention === 'scikit-image') {
    const slopes = gradient(image, { border: 'flat', gamma: options.gamma, ties: 'red-first' })
    return { options, gradient: slopes, ...scikitBlocks(slopes, options) }
  }
  const slopes = gradient(image, { border: 'none', gamma: false, ties: 'red-first' })
  const cells = uocttiCells(slopes, options.cell)
  return { options, gradient: slopes, ...uocttiFeatures(cells, options.clip) }
}
