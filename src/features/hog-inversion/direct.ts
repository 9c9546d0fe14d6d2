/**
 * The fourth inversion: gradient descent on the picture itself until its HOG is the wanted one. It needs no training
 * data but the basis in which the picture is written.
 *   minimise over rho: 1/2 |phi(U rho) - y|^2 / cells + decay/2 |rho|^2, rho in units of each direction's spread
 * U rho: patches of the eigenbasis on a grid, blended by a Gaussian. phi: the differentiable HOG at half resolution,
 * with cells of half the side. Steps by Adam (D. Kingma, J. Ba, ICLR 2015).
 */

import { type Plane, random } from '../../tensor/index.ts'
import type { Hog } from '../hog/index.ts'
import { type HogDictionary, patchSide, windowCells } from './dictionary.ts'
import { pixelGradient, softCells, softFeatures, votesGradient } from './soft-hog.ts'
import { gaussian } from './stitch.ts'

export interface DirectOptions {
  readonly steps: number
  readonly rate: number
  readonly decay: number
  readonly seed: number
}

export interface Direct {
  readonly plane: Plane
  /** the first term before each step */
  readonly losses: readonly number[]
}

const step = 4
const gridCells = 4
const directions = 64

export function direct(hog: Hog, dictionary: HogDictionary, options: DirectOptions): Direct {
  const width = (hog.columns + 2) * step
  const height = (hog.rows + 2) * step
  const canvas = patchGrid(hog, dictionary, width, height)
  const noise = random(options.seed)
  const rho = Float32Array.from({ length: canvas.length }, (_, i) => 0.3 * noise.normal(i))
  const adam = { first: new Float32Array(rho.length), second: new Float32Array(rho.length) }
  const losses: number[] = []
  for (let turn = 1; turn <= options.steps; turn++) {
    const { loss, gradient } = slope(hog, canvas.render(rho), width, height)
    losses.push(loss)
    const slopes = canvas.project(gradient)
    // the rate falls to a tenth, so that the end settles
    const rate = options.rate * 10 ** -(turn / options.steps)
    for (let i = 0; i < rho.length; i++) {
      const g = (slopes[i] as number) + options.decay * (rho[i] as number)
      const m = 0.9 * (adam.first[i] as number) + 0.1 * g
      const v = 0.99 * (adam.second[i] as number) + 0.01 * g * g
      adam.first[i] = m
      adam.second[i] = v
      const change = m / (1 - 0.9 ** turn) / (Math.sqrt(v / (1 - 0.99 ** turn)) + 1e-12)
      rho[i] = (rho[i] as number) - rate * change
    }
  }
  return { plane: { width, height, data: canvas.render(rho) }, losses }
}

/** The loss per cell and its derivative by the pixels. */
export function slope(
  hog: Hog,
  pixels: Float32Array,
  width: number,
  height: number,
): { loss: number; gradient: Float32Array } {
  const cells = softCells(pixels, width, height, step)
  const features = softFeatures(cells, hog.options.clip)
  const count = hog.columns * hog.rows
  let loss = 0
  for (let i = 0; i < features.length; i++) {
    const difference = (features[i] as number) - (hog.vector[i] as number)
    loss += (0.5 * difference * difference) / count
    features[i] = difference / count
  }
  const byVote = votesGradient(cells, features, hog.options.clip)
  return { loss, gradient: pixelGradient(cells, byVote, width, height) }
}

/** The picture as blended patches: rho to pixels, and its transpose. */
function patchGrid({ columns, rows }: Hog, dictionary: HogDictionary, width: number, height: number) {
  const area = patchSide * patchSide
  const basis = scaledBasis(dictionary)
  const dims = basis.length / area
  const window = gaussian()
  const lefts = stops(columns - windowCells)
  const tops = stops(rows - windowCells)
  const places = tops.flatMap((top) => lefts.map((left) => top * step * width + left * step))
  const blend = new Float32Array(width * height)
  for (const at of places) spread(window, window, blend, at, width)
  for (let i = 0; i < blend.length; i++) blend[i] = 1 / ((blend[i] as number) || 1)
  const patch = new Float32Array(area)
  const render = (rho: Float32Array): Float32Array => {
    const out = new Float32Array(width * height)
    places.forEach((at, n) => {
      patch.fill(0)
      for (let d = 0, b = 0; d < dims; d++) {
        const value = rho[n * dims + d] as number
        for (let p = 0; p < area; p++, b++) patch[p] = (patch[p] as number) + value * (basis[b] as number)
      }
      spread(patch, window, out, at, width)
    })
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * (blend[i] as number)
    return out
  }
  const project = (pixels: Float32Array): Float32Array => {
    const out = new Float32Array(places.length * dims)
    places.forEach((at, n) => {
      for (let p = 0; p < area; p++) {
        const i = at + Math.floor(p / patchSide) * width + (p % patchSide)
        patch[p] = (window[p] as number) * (pixels[i] as number) * (blend[i] as number)
      }
      for (let d = 0, b = 0; d < dims; d++) {
        let sum = 0
        for (let p = 0; p < area; p++, b++) sum += (patch[p] as number) * (basis[b] as number)
        out[n * dims + d] = sum
      }
    })
    return out
  }
  return { length: places.length * dims, render, project }
}

/** Adds a patch under the window; with the window itself as patch and weights 1 this makes the blend's denominator. */
function spread(patch: Float32Array, window: Float32Array, out: Float32Array, at: number, width: number): void {
  const weighted = patch === window
  for (let v = 0, p = 0; v < patchSide; v++)
    for (let u = 0, i = at + v * width; u < patchSide; u++, p++, i++)
      out[i] = (out[i] as number) + (weighted ? (window[p] as number) : (window[p] as number) * (patch[p] as number))
}

/** The strongest directions, in grey levels of one spread each: patches were learned in units of their own contrast. */
function scaledBasis({ patchBasis, patchVariance }: HogDictionary): Float32Array {
  const area = patchBasis.columns
  return Float32Array.from(
    patchBasis.data.subarray(0, Math.min(directions, patchBasis.rows) * area),
    (value, i) => value * 40 * Math.sqrt(patchVariance.data[Math.floor(i / area)] as number),
  )
}

function stops(last: number): number[] {
  const count = Math.ceil(last / gridCells)
  return Array.from({ length: count + 1 }, (_, k) => Math.min(last, k * gridCells))
}
