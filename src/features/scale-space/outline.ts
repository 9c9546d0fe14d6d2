/** The line along which a plane has one value, and the corners of that line. */

import type { Plane } from '../../tensor/index.ts'

type Point = readonly [number, number]

/**
 * The longest closed line on which the plane, read bilinearly, equals `level`; pixel centres at whole numbers. Marching
 * squares: a cell's edges are crossed where one end lies above the level and the other does not.
 */
export function outline({ width, height, data }: Plane, level: number): Point[] {
  const next = new Map<string, { readonly to: string; readonly point: Point }>()
  const value = (x: number, y: number) => (data[y * width + x] as number) - level
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const above = Number(value(x, y) > 0) + Number(value(x + 1, y) > 0)
      const all = above + Number(value(x, y + 1) > 0) + Number(value(x + 1, y + 1) > 0)
      if (all === 0 || all === 4) continue
      const corners = [
        [x, y],
        [x + 1, y],
        [x + 1, y + 1],
        [x, y + 1],
      ] as const
      const inside = corners.map(([cx, cy]) => value(cx, cy) > 0)
      const edges = corners.map((from, i) => ({ from, to: corners[(i + 1) % 4] as readonly [number, number], i }))
      const leaving = edges.filter(({ i }) => inside[i] && !inside[(i + 1) % 4])
      const entering = edges.filter(({ i }) => !inside[i] && inside[(i + 1) % 4])
      leaving.forEach(({ from, to }, i) => {
        const other = entering[i] ?? entering[0]
        if (!other) return
        const a = value(...from)
        const share = a / (a - value(...to))
        const point: Point = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
        next.set(key(from, to), { to: key(other.from, other.to), point })
      })
    }
  let longest: Point[] = []
  while (next.size > 0) {
    const loop: Point[] = []
    let at = next.keys().next().value as string
    for (let step = next.get(at); step; step = next.get(at)) {
      loop.push(step.point)
      next.delete(at)
      at = step.to
    }
    if (loop.length > longest.length) longest = loop
  }
  return longest
}

/** An edge between two pixels by its middle, the same from either side. */
const key = (a: readonly [number, number], b: readonly [number, number]) => `${a[0] + b[0]},${a[1] + b[1]}`

/** The closed line as `count` points equally far apart along it. */
export function resampled(line: readonly Point[], count: number): Point[] {
  const lengths = line.map((p, i) => Math.hypot(...subtract(line[(i + 1) % line.length] as Point, p)))
  const total = lengths.reduce((sum, v) => sum + v, 0)
  const out: Point[] = []
  let walked = 0
  for (let i = 0; i < line.length; i++) {
    const [from, to] = [line[i] as Point, line[(i + 1) % line.length] as Point]
    const length = lengths[i] as number
    for (; out.length < count && (out.length / count) * total < walked + length; ) {
      const share = ((out.length / count) * total - walked) / length
      out.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])])
    }
    walked += length
  }
  return out
}

const subtract = (a: Point, b: Point): [number, number] => [a[0] - b[0], a[1] - b[1]]

/** Turning per pixel of way at each point of a closed line of equally spaced points, over `reach` points to each side. */
export function curvature(line: readonly Point[], reach: number): Float64Array {
  const n = line.length
  const at = (i: number) => line[(i + n) % n] as Point
  return Float64Array.from(line, (p, i) => {
    const [ax, ay] = subtract(p, at(i - reach))
    const [bx, by] = subtract(at(i + reach), p)
    const turn = Math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    return (2 * turn) / (Math.hypot(ax, ay) + Math.hypot(bx, by))
  })
}
