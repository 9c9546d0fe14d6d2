/**
 * The plane-to-plane map between two images of a flat scene or of a turning camera, fitted to pairs of points.
 *
 *   (u, v, w) = H (x, y, 1),  x' = u / w,  y' = v / w
 */

/** Nine numbers, rows first, the last one 1 (unless the map sends the origin to infinity). */
export type Homography = readonly number[]

/** A place in the first image and its place in the second, in pixels. */
export interface Pair {
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
}

export function project(h: Homography, [x, y]: readonly [number, number]): [number, number] {
  const at = (i: number) => (h[i] as number) * x + (h[i + 1] as number) * y + (h[i + 2] as number)
  const w = at(6)
  return [at(0) / w, at(3) / w]
}

/** Distance in pixels of the second image between where a pair is and where the map puts it. */
export function errorOf(h: Homography, { from, to }: Pair): number {
  const [x, y] = project(h, from)
  return Math.hypot(x - to[0], y - to[1])
}

/**
 * The homography of least squared error over four pairs or more; null where they do not fix one (three on a line).
 *
 * Linear equations in eight unknowns on coordinates centred and scaled to length sqrt 2 (Hartley 1997); repeated with each
 * pair weighted by 1 / w, which turns the algebraic error into that in pixels.
 */
export function fitHomography(pairs: readonly Pair[], rounds = pairs.length > 4 ? 4 : 1): Homography | null {
  if (pairs.length < 4) return null
  const a = framing(pairs.map(({ from }) => from))
  const b = framing(pairs.map(({ to }) => to))
  let h: number[] | null = null
  for (let round = 0; round < rounds; round++) {
    const normal = new Float64Array(72)
    for (const { from, to } of pairs) {
      const [x, y] = a.into(from)
      const [u, v] = b.into(to)
      const w = h ? 1 / Math.abs((h[6] as number) * x + (h[7] as number) * y + 1) : 1
      add(normal, [x, y, 1, 0, 0, 0, -x * u, -y * u, u], w * w)
      add(normal, [0, 0, 0, x, y, 1, -x * v, -y * v, v], w * w)
    }
    const solution = solve(normal)
    if (!solution) return null
    h = [...solution, 1]
  }
  return h ? normalized(times(times(b.back, h), a.matrix)) : null
}

/** Adds the outer product of one equation (eight coefficients, right side) to the normal equations. */
function add(normal: Float64Array, row: readonly number[], weight: number): void {
  for (let i = 0; i < 8; i++)
    for (let j = 0; j < 9; j++)
      normal[9 * i + j] = (normal[9 * i + j] as number) + weight * (row[i] as number) * (row[j] as number)
}

/** Gauss with pivots on 8 rows of 9; null for a singular system. */
function solve(m: Float64Array): number[] | null {
  const at = (i: number, j: number) => m[9 * i + j] as number
  for (let c = 0; c < 8; c++) {
    let pivot = c
    for (let r = c + 1; r < 8; r++) if (Math.abs(at(r, c)) > Math.abs(at(pivot, c))) pivot = r
    if (!(Math.abs(at(pivot, c)) > 1e-10)) return null
    for (let j = c; j < 9; j++) {
      const held = at(c, j)
      m[9 * c + j] = at(pivot, j)
      m[9 * pivot + j] = held
    }
    for (let r = c + 1; r < 8; r++) {
      const factor = at(r, c) / at(c, c)
      for (let j = c; j < 9; j++) m[9 * r + j] = at(r, j) - factor * at(c, j)
    }
  }
  const x = new Array<number>(8).fill(0)
  for (let r = 7; r >= 0; r--) {
    let sum = at(r, 8)
    for (let j = r + 1; j < 8; j++) sum -= at(r, j) * (x[j] as number)
    x[r] = sum / at(r, r)
  }
  return x
}

/** The similarity that moves points to their centre and to a mean length of sqrt 2, and its inverse. */
function framing(points: readonly (readonly [number, number])[]) {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  const cx = mean(points.map(([x]) => x))
  const cy = mean(points.map(([, y]) => y))
  const s = Math.SQRT2 / (mean(points.map(([x, y]) => Math.hypot(x - cx, y - cy))) || 1)
  const into = ([x, y]: readonly [number, number]) => [s * (x - cx), s * (y - cy)] as const
  return { into, matrix: [s, 0, -s * cx, 0, s, -s * cy, 0, 0, 1], back: [1 / s, 0, cx, 0, 1 / s, cy, 0, 0, 1] }
}

function times(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) => {
    const row = 3 * Math.floor(i / 3)
    return [0, 1, 2].reduce((sum, k) => sum + (a[row + k] as number) * (b[3 * k + (i % 3)] as number), 0)
  })
}

function normalized(h: readonly number[]): Homography {
  const last = h[8] as number
  return Math.abs(last) > 1e-12 ? h.map((v) => v / last) : h
}
