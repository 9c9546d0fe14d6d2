/**
 * The picture whose differences are nearest to given ones (gradient-domain stitching).
 *   minimise  sum_e w_e ((difference of u across e) - g_e)^2 + screen sum_p (u_p - target_p)^2
 * Edges e join neighbours across and down; a weight of 0 leaves them free, small ones fill holes smoothly. Solved by
 * conjugate gradients with the diagonal as preconditioner.
 * Reference: P. Perez, M. Gangnet, A. Blake, "Poisson image editing", SIGGRAPH 2003.
 */

import type { Plane } from '../tensor/index.ts'

export interface GradientField {
  readonly width: number
  readonly height: number
  /** wanted u(x + 1, y) - u(x, y); the last column is not used */
  readonly across: Float32Array
  /** wanted u(x, y + 1) - u(x, y); the last row is not used */
  readonly down: Float32Array
  /** weights of the two; default 1 */
  readonly acrossWeight?: Float32Array
  readonly downWeight?: Float32Array
}

export interface IntegrateOptions {
  /** pull towards `target`, above 0: how far brightness may drift (1e-3: about 30 pixels) */
  readonly screen: number
  /** default 0 everywhere */
  readonly target?: Float32Array
  readonly start?: Float32Array
  readonly iterations?: number
  /** the residual, relative to the right-hand side, at which to stop */
  readonly tolerance?: number
}

export function integrate(field: GradientField, options: IntegrateOptions): Plane & { readonly iterations: number } {
  const { width, height } = field
  const { screen, target, start, iterations = 600, tolerance = 1e-3 } = options
  const system = laplacian(field, screen)
  const right = rightHandSide(field, system, screen, target)
  const u = Float64Array.from(start ?? target ?? new Float64Array(width * height))
  const r = new Float64Array(u.length)
  system.multiply(u, r)
  for (let i = 0; i < r.length; i++) r[i] = (right[i] as number) - (r[i] as number)
  const z = r.map((v, i) => v / (system.diagonal[i] as number))
  const p = z.slice()
  const q = new Float64Array(u.length)
  let rz = dot(r, z)
  const goal = tolerance * tolerance * Math.max(dot(right, right), 1e-30)
  let step = 0
  for (; step < iterations && dot(r, r) > goal; step++) {
    system.multiply(p, q)
    const alpha = rz / dot(p, q)
    for (let i = 0; i < u.length; i++) {
      u[i] = (u[i] as number) + alpha * (p[i] as number)
      r[i] = (r[i] as number) - alpha * (q[i] as number)
      z[i] = (r[i] as number) / (system.diagonal[i] as number)
    }
    const next = dot(r, z)
    const beta = next / rz
    rz = next
    for (let i = 0; i < p.length; i++) p[i] = (z[i] as number) + beta * (p[i] as number)
  }
  return { width, height, data: Float32Array.from(u), iterations: step }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

interface System {
  readonly across: Float64Array
  readonly down: Float64Array
  readonly diagonal: Float64Array
  multiply(u: Float64Array, out: Float64Array): void
}

/** Weights are copied with zeros beyond the border, so that the product needs no test for it. */
function laplacian({ width, height, acrossWeight, downWeight }: GradientField, screen: number): System {
  const across = new Float64Array(width * height)
  const down = new Float64Array(width * height)
  const diagonal = new Float64Array(width * height).fill(screen)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (x < width - 1) across[i] = acrossWeight ? (acrossWeight[i] as number) : 1
      if (y < height - 1) down[i] = downWeight ? (downWeight[i] as number) : 1
      diagonal[i] = (diagonal[i] as number) + (across[i] as number) + (down[i] as number)
      if (x > 0) diagonal[i] = (diagonal[i] as number) + (across[i - 1] as number)
      if (y > 0) diagonal[i] = (diagonal[i] as number) + (down[i - width] as number)
    }
  const multiply = (u: Float64Array, out: Float64Array) => {
    for (let i = 0; i < u.length; i++) out[i] = (diagonal[i] as number) * (u[i] as number)
    for (let i = 0; i + 1 < u.length; i++) {
      const w = across[i] as number
      out[i] = (out[i] as number) - w * (u[i + 1] as number)
      out[i + 1] = (out[i + 1] as number) - w * (u[i] as number)
    }
    for (let i = 0; i + width < u.length; i++) {
      const w = down[i] as number
      out[i] = (out[i] as number) - w * (u[i + width] as number)
      out[i + width] = (out[i + width] as number) - w * (u[i] as number)
    }
  }
  return { across, down, diagonal, multiply }
}

function rightHandSide(field: GradientField, system: System, screen: number, target?: Float32Array): Float64Array {
  const { width, across, down } = field
  const right = Float64Array.from(system.across, (_, i) => screen * (target ? (target[i] as number) : 0))
  for (let i = 0; i < right.length; i++) {
    const a = (system.across[i] as number) * (across[i] as number)
    const d = (system.down[i] as number) * (down[i] as number)
    right[i] = (right[i] as number) - a - d
    if (i + 1 < right.length) right[i + 1] = (right[i + 1] as number) + a
    if (i + width < right.length) right[i + width] = (right[i + width] as number) + d
  }
  return right
}
