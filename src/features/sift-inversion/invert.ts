/**
 * A picture from SIFT keypoints and descriptors alone: each region is filled with the patch whose descriptor is nearest,
 * turned and scaled to the region; all are joined in the gradient domain, and what no region covers is filled smoothly.
 * The bank must not hold patches of the picture itself: then the answer is known beforehand.
 * Reference: P. Weinzaepfel, H. Jegou, P. Perez, "Reconstructing an image from its local descriptors", CVPR 2011. There
 * regions are ellipses and pasted one by one; here they are discs, and one system of equations holds them all.
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { checkSize } from '../grey.ts'
import { type GradientField, integrate } from '../poisson.ts'
import { type Nearest, nearest, type PatchBank, patchSide } from './bank.ts'

/** Where a patch goes: centre and sigma in pixels, angle in degrees from +x towards +y. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly sigma: number
  readonly angle: number
}

export interface SiftInversionOptions {
  /** 'top': a smaller region covers a larger one, as in the paper; 'average': all count, the smaller the more */
  readonly blend: 'top' | 'average'
  /** radius of a region in sigmas; the patch reaches 6 */
  readonly reach: number
}

export const siftInversionDefaults: SiftInversionOptions = { blend: 'average', reach: 6 }

export interface SiftInversion {
  /** grey, without unit and zero */
  readonly plane: Plane
  /** for each descriptor its patch in the bank and the distance to it */
  readonly nearest: Nearest
  /** how many regions cover each pixel */
  readonly coverage: Uint16Array
  /** the region on top of each pixel (its index), -1 for none */
  readonly top: Int32Array
  readonly iterations: number
}

/** Weight of "no difference" between pixels that no region covers. */
const hole = 0.02

/**
 * @param data descriptors of 128 numbers, length 512, one a region
 * @throws FoveaError FOVEA_SHAPE when regions and descriptors do not match, FOVEA_NOT_FINITE, FOVEA_IMAGE_TOO_LARGE
 */
export function invertSift(
  regions: readonly Region[],
  data: ArrayLike<number>,
  bank: PatchBank,
  size: { readonly width: number; readonly height: number },
  options: Partial<SiftInversionOptions> = {},
): SiftInversion {
  const { blend, reach } = { ...siftInversionDefaults, ...options }
  checkSize(size.width, size.height, 'SIFT inversion')
  if (data.length !== 128 * regions.length)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `${regions.length} regions need ${128 * regions.length} numbers, not ${data.length}.`,
    )
  const bad = regions.findIndex(
    ({ x, y, sigma, angle }) => !(Number.isFinite(x + y + angle) && sigma > 0 && sigma < 1e4),
  )
  if (bad >= 0) throw new FoveaError('FOVEA_NOT_FINITE', `Region ${bad} has no finite place, angle or sigma above 0.`)
  const found = nearest(data, regions.length, bank)
  const field = emptyField(size.width, size.height)
  const order = regions.map((_, i) => i).sort((a, b) => (regions[b] as Region).sigma - (regions[a] as Region).sigma)
  const coverage = new Uint16Array(size.width * size.height)
  const top = new Int32Array(size.width * size.height).fill(-1)
  const patch = new Float32Array(patchSide * patchSide)
  for (const i of order) {
    patchOf(bank, found.index[i] as number, patch)
    const stamp = placed(regions[i] as Region, patch, size, reach)
    paste(field, stamp, blend)
    for (let k = 0; k < stamp.weight.length; k++) {
      if (stamp.weight[k] === 0) continue
      const at = (stamp.top + Math.floor(k / stamp.width)) * size.width + stamp.left + (k % stamp.width)
      coverage[at] = (coverage[at] as number) + 1
      top[at] = i
    }
  }
  const { iterations, ...plane } = integrate(settled(field), { screen: 1e-3 })
  return { plane, nearest: found, coverage, top, iterations }
}

function patchOf({ patches, basis }: PatchBank, row: number, out: Float32Array): void {
  out.fill(0)
  for (let d = 0; d < basis.rows; d++) {
    const value = patches.data[row * patches.columns + d] as number
    for (let p = 0, at = d * out.length; p < out.length; p++, at++)
      out[p] = (out[p] as number) + value * (basis.data[at] as number)
  }
}

/** A patch in the picture's pixels: the box around its disc. The weight is 0 outside the disc. */
interface Stamp {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly value: Float32Array
  readonly weight: Float32Array
}

/** Pixel (x, y) lies at u = (cos dx + sin dy) / (sigma / 2), v = (cos dy - sin dx) / (sigma / 2) from the patch's middle. */
function placed(
  { x, y, sigma, angle }: Region,
  patch: Float32Array,
  size: { readonly width: number; readonly height: number },
  reach: number,
): Stamp {
  const radius = reach * sigma
  const left = Math.max(0, Math.ceil(x - radius))
  const top = Math.max(0, Math.ceil(y - radius))
  const width = Math.max(0, Math.min(size.width - 1, Math.floor(x + radius)) - left + 1)
  const height = Math.max(0, Math.min(size.height - 1, Math.floor(y + radius)) - top + 1)
  const value = new Float32Array(width * height)
  const weight = new Float32Array(width * height)
  const cos = (Math.cos((angle * Math.PI) / 180) * 2) / sigma
  const sin = (Math.sin((angle * Math.PI) / 180) * 2) / sigma
  const middle = (patchSide - 1) / 2
  for (let row = 0, k = 0; row < height; row++)
    for (let column = 0; column < width; column++, k++) {
      const dx = left + column - x
      const dy = top + row - y
      const square = (dx * dx + dy * dy) / (sigma * sigma)
      if (square > reach * reach) continue
      value[k] = sample(patch, cos * dx + sin * dy + middle, cos * dy - sin * dx + middle)
      weight[k] = Math.exp(-square / 18) / (sigma * sigma)
    }
  return { left, top, width, value, weight }
}

function sample(patch: Float32Array, u: number, v: number): number {
  const x = Math.min(Math.max(u, 0), patchSide - 1.001)
  const y = Math.min(Math.max(v, 0), patchSide - 1.001)
  const at = Math.floor(y) * patchSide + Math.floor(x)
  const fx = x - Math.floor(x)
  const fy = y - Math.floor(y)
  const upper = (patch[at] as number) * (1 - fx) + (patch[at + 1] as number) * fx
  const lower = (patch[at + patchSide] as number) * (1 - fx) + (patch[at + patchSide + 1] as number) * fx
  return upper * (1 - fy) + lower * fy
}

type Field = Required<GradientField>

function emptyField(width: number, height: number): Field {
  const make = () => new Float32Array(width * height)
  return { width, height, across: make(), down: make(), acrossWeight: make(), downWeight: make() }
}

/** Adds a patch's differences under its weight, or puts them in place of what is there. */
function paste(field: Field, { left, top, width, value, weight }: Stamp, blend: 'top' | 'average'): void {
  const put = (sums: Float32Array, weights: Float32Array, at: number, difference: number, by: number) => {
    const keep = blend === 'average' ? 1 : 0
    sums[at] = keep * (sums[at] as number) + by * difference
    weights[at] = keep * (weights[at] as number) + by
  }
  for (let k = 0; k < value.length; k++) {
    const own = weight[k] as number
    if (own === 0) continue
    const column = k % width
    const at = (top + (k - column) / width) * field.width + left + column
    const right = column + 1 < width ? (weight[k + 1] as number) : 0
    const below = k + width < value.length ? (weight[k + width] as number) : 0
    if (right > 0) put(field.across, field.acrossWeight, at, (value[k + 1] as number) - (value[k] as number), own)
    if (below > 0) put(field.down, field.downWeight, at, (value[k + width] as number) - (value[k] as number), own)
  }
}

/** Means of the differences with weight 1; where there are none, no difference with a small weight. */
function settled({ width, height, across, down, acrossWeight, downWeight }: Field): GradientField {
  const mean = (sums: Float32Array, weights: Float32Array) => {
    for (let i = 0; i < sums.length; i++) {
      const weight = weights[i] as number
      sums[i] = weight > 0 ? (sums[i] as number) / weight : 0
      weights[i] = weight > 0 ? 1 : hole
    }
  }
  mean(across, acrossWeight)
  mean(down, downWeight)
  return { width, height, across, down, acrossWeight, downWeight }
}
