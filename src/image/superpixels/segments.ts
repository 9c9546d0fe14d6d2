/** A picture cut into regions, and what is done with any such cut. */

import type { Image } from '../../tensor/index.ts'

export interface Segments {
  readonly width: number
  readonly height: number
  readonly count: number
  /** The region of each pixel, 0 … count - 1, numbered by their first pixels row by row; each is connected (4 neighbours). */
  readonly labels: Int32Array
}

/** The connected parts (4 neighbours) of equal labels, numbered by their first pixels. */
export function connected(labels: ArrayLike<number>, width: number, height: number): Segments {
  const found = new Int32Array(width * height).fill(-1)
  const queue = new Int32Array(width * height)
  let count = 0
  for (let start = 0; start < found.length; start++) {
    if (found[start] !== -1) continue
    let [head, tail] = [0, 0]
    queue[tail++] = start
    found[start] = count
    while (head < tail) {
      const i = queue[head++] as number
      for (const j of neighbours(i, width, height))
        if (found[j] === -1 && labels[j] === labels[i]) {
          found[j] = count
          queue[tail++] = j
        }
    }
    count++
  }
  return { width, height, count, labels: found }
}

export function neighbours(i: number, width: number, height: number): number[] {
  const x = i % width
  const out: number[] = []
  if (x > 0) out.push(i - 1)
  if (x < width - 1) out.push(i + 1)
  if (i >= width) out.push(i - width)
  if (i < width * (height - 1)) out.push(i + width)
  return out
}

/** Regions below `least` pixels join the neighbour with which they share the longest border. */
export function withoutSpecks(given: Segments, least: number): Segments {
  const { width, height, count } = given
  const labels = given.labels.slice()
  const pixels = membersOf({ ...given, labels })
  const order = Array.from({ length: count }, (_, k) => k).sort(
    (a, b) => (pixels[a] as number[]).length - (pixels[b] as number[]).length,
  )
  for (const k of order) {
    const own = pixels[k] as number[]
    if (own.length >= least || own.length === 0) continue
    const borders = new Map<number, number>()
    for (const i of own)
      for (const j of neighbours(i, width, height)) {
        const other = labels[j] as number
        if (other !== k) borders.set(other, (borders.get(other) ?? 0) + 1)
      }
    const [best] = [...borders].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    if (!best) continue
    for (const i of own) labels[i] = best[0]
    ;(pixels[best[0]] as number[]).push(...own)
    pixels[k] = []
  }
  return connected(labels, width, height)
}

/** The pixels of each region. */
export function membersOf({ count, labels }: Pick<Segments, 'count' | 'labels'>): number[][] {
  const members = Array.from({ length: count }, (): number[] => [])
  labels.forEach((label, i) => {
    members[label]?.push(i)
  })
  return members
}

/** The picture with the borders between regions drawn in. */
export function outlined(
  image: Image,
  { labels, width, height }: Segments,
  [r, g, b]: readonly [number, number, number] = [255, 214, 10],
): Image {
  const data = image.data.slice()
  for (let i = 0; i < width * height; i++) {
    const right = i % width < width - 1 && labels[i + 1] !== labels[i]
    const below = i < width * (height - 1) && labels[i + width] !== labels[i]
    if (right || below) data.set([r, g, b], 3 * i)
  }
  return { width, height, data }
}
