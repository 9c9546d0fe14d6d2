/**
 * Where attention goes over time: a winner-take-all network of leaky integrators on the saliency map, with inhibition of
 * return. Not a model of real eye movements: no task, no fovea, no habits.
 *   tau_s dV/dt = (1 - h) S - V      one saliency neuron per pixel, h its inhibition
 *   tau_w dU/dt = V - U              one winner-take-all neuron per pixel; the first to reach the threshold fires
 * Firing moves the focus there, resets every U, and sets h = 1 in a disc (radius = a sixth of the shorter side), which
 * decays by 0.9999 per 0.1 ms. Steps of 1 ms. Reference: Itti, Koch, Niebur 1998, section 2.
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { checkPlane } from '../grey.ts'

export interface ScanPathOptions {
  /** How many places to visit. */
  readonly fixations: number
  /** Radius of the inhibited disc as a part of the shorter side. */
  readonly disc: number
}

export const scanPathDefaults: ScanPathOptions = { fixations: 6, disc: 1 / 6 }

export interface Fixation {
  /** In pixels of the map. */
  readonly x: number
  readonly y: number
  /** When the focus arrived, milliseconds of the model's time. */
  readonly time: number
  /** The map's value there, as a part of its maximum. */
  readonly saliency: number
}

export interface ScanPath {
  /** Empty for a map without a positive value; shorter than asked for when nothing reaches the threshold any more. */
  readonly fixations: readonly Fixation[]
  /** Radius of the focus in pixels of the map. */
  readonly radius: number
  /** h after the last fixation, in [0, 1]. */
  readonly inhibition: Plane
}

const tauSaliency = 20
const tauWinner = 200
/** As a part of the map's maximum: what stays below never draws the focus. */
const threshold = 0.2
const decay = 0.9999 ** 10
const patience = 2000

/** @throws FoveaError FOVEA_NOT_FINITE for a map with NaN or infinity; FOVEA_USAGE */
export function scanPath(map: Plane, options: Partial<ScanPathOptions> = {}): ScanPath {
  const { fixations: wanted, disc } = { ...scanPathDefaults, ...options }
  checkPlane(map, 'A scan path')
  if (!(wanted >= 0 && disc >= 0))
    throw new FoveaError(
      'FOVEA_USAGE',
      `A scan path needs a number of places and a disc from 0 up, not ${wanted} and ${disc}.`,
    )
  const { width, height } = map
  const radius = Math.max(0.5, disc * Math.min(width, height))
  const inhibition = new Float32Array(map.data.length)
  const saliency = new Float32Array(map.data.length)
  const winner = new Float32Array(map.data.length)
  const fixations: Fixation[] = []
  const peak = map.data.reduce((a, b) => Math.max(a, b), 0)
  for (let time = 1, last = 0; peak > 0 && fixations.length < wanted && time - last < patience; time++) {
    let first = -1
    let highest = threshold
    for (let i = 0; i < winner.length; i++) {
      const h = inhibition[i] as number
      const v = saliency[i] as number
      const u = winner[i] as number
      inhibition[i] = h * decay
      saliency[i] = v + (((1 - h) * (map.data[i] as number)) / peak - v) / tauSaliency
      winner[i] = u + (v - u) / tauWinner
      if ((winner[i] as number) > highest) {
        highest = winner[i] as number
        first = i
      }
    }
    if (first < 0) continue
    const x = first % width
    const y = Math.floor(first / width)
    fixations.push({ x, y, time, saliency: (map.data[first] as number) / peak })
    winner.fill(0)
    inhibit(x, y)
    last = time
  }
  return { fixations, radius, inhibition: { width, height, data: inhibition } }

  function inhibit(cx: number, cy: number): void {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (Math.hypot(x - cx, y - cy) <= radius) {
          inhibition[y * width + x] = 1
          saliency[y * width + x] = 0
        }
  }
}
