/**
 * Regions by merging along a spanning forest: two join when the edge between them is no stronger than what lies inside both.
 * Felzenszwalb, Huttenlocher: Efficient graph-based image segmentation (2004).
 */

import type { Image } from '../../tensor/index.ts'
import { blur } from '../blur.ts'
import { connected, type Segments } from './segments.ts'

export interface FelzenszwalbOptions {
  /** k: how strongly small regions want to merge, in colour levels (0-255) times pixels; larger, larger regions; default 300. */
  readonly scale?: number
  /** Standard deviation of a blur before, in pixels; default 0.8. */
  readonly sigma?: number
  /** Regions below so many pixels join a neighbour; default 20. */
  readonly least?: number
}

export function felzenszwalb(
  image: Image,
  { scale = 300, sigma = 0.8, least = 20 }: FelzenszwalbOptions = {},
): Segments {
  const { width, height } = image
  const { from, to, weights } = edges(blur(image, sigma))
  const order = Uint32Array.from(weights, (_, e) => e).sort(
    (a, b) => (weights[a] as number) - (weights[b] as number) || a - b,
  )
  const parent = Int32Array.from({ length: width * height }, (_, i) => i)
  const sizes = new Int32Array(width * height).fill(1)
  const inside = new Float64Array(width * height)
  const root = (i: number): number => {
    let top = i
    while (parent[top] !== top) top = parent[top] as number
    while (parent[i] !== top) [parent[i], i] = [top, parent[i] as number]
    return top
  }
  const join = (a: number, b: number, weight: number) => {
    const [large, small] = (sizes[a] as number) >= (sizes[b] as number) ? [a, b] : [b, a]
    parent[small] = large
    sizes[large] = (sizes[large] as number) + (sizes[small] as number)
    inside[large] = weight
  }
  const allows = (a: number) => (inside[a] as number) + scale / (sizes[a] as number)
  for (const e of order) {
    const [a, b] = [root(from[e] as number), root(to[e] as number)]
    const weight = weights[e] as number
    if (a !== b && weight <= Math.min(allows(a), allows(b))) join(a, b, weight)
  }
  for (const e of order) {
    const [a, b] = [root(from[e] as number), root(to[e] as number)]
    if (a !== b && Math.min(sizes[a] as number, sizes[b] as number) < least) join(a, b, weights[e] as number)
  }
  return connected(
    parent.map((_, i) => root(i)),
    width,
    height,
  )
}

/** To the neighbours on the right and below (so that regions are connected by 4 neighbours); the edge's weight is the distance of the colours. */
function edges({ width, height, data }: Image) {
  const from: number[] = []
  const to: number[] = []
  const weights: number[] = []
  const add = (i: number, j: number) => {
    from.push(i)
    to.push(j)
    const way = (c: number) => (data[3 * i + c] as number) - (data[3 * j + c] as number)
    weights.push(Math.hypot(way(0), way(1), way(2)))
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (x + 1 < width) add(i, i + 1)
      if (y + 1 < height) add(i, i + width)
    }
  return { from, to, weights }
}
