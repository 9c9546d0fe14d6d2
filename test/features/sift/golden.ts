/** Reads what scripts/features/opencv-sift.py writes, and compares two sets of keypoints as sets. */

import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import type { Descriptors, Keypoint } from '../../../src/features/sift/index.ts'
import type { Plane } from '../../../src/tensor/index.ts'

export interface Golden {
  readonly header: Record<string, unknown> & { readonly width: number; readonly height: number }
  block(name: string): Buffer
}

export function readGolden(path: URL | string): Golden {
  const raw = readFileSync(path)
  const line = raw.indexOf(10)
  const header = JSON.parse(raw.subarray(0, line).toString()) as Golden['header'] & {
    blocks: { name: string; bytes: number }[]
  }
  const block = (name: string) => {
    let at = line + 1
    for (const { name: each, bytes } of header.blocks) {
      if (each === name) return inflateSync(raw.subarray(at, at + bytes))
      at += bytes
    }
    throw new Error(`no block ${name} in ${path}`)
  }
  return { header, block }
}

export const floats = (bytes: Buffer) =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))

export function greyOf(golden: Golden, name = 'grey', size = golden.header): Plane {
  return { width: size.width, height: size.height, data: Float32Array.from(golden.block(name)) }
}

/** x, y, size, angle of OpenCV as a Keypoint (sigma = size / 2), and its descriptor. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly sigma: number
  readonly angle: number
  readonly descriptor: Uint8Array
}

export function pointsOf(golden: Golden, table = 'table', descriptors = 'descriptors'): Point[] {
  const rows = floats(golden.block(table))
  const all = new Uint8Array(golden.block(descriptors))
  return Array.from({ length: rows.length / 7 }, (_, i) => {
    const [x, y, size, angle] = rows.subarray(7 * i) as unknown as [number, number, number, number]
    return { x, y, sigma: size / 2, angle, descriptor: all.subarray(128 * i, 128 * i + 128) }
  })
}

export const ownPoints = (keypoints: readonly Keypoint[], { data }: Descriptors): Point[] =>
  keypoints.map(({ x, y, sigma, angle }, i) => ({
    x,
    y,
    sigma,
    angle,
    descriptor: data.subarray(128 * i, 128 * i + 128) as Uint8Array,
  }))

const turnBetween = (a: number, b: number) => Math.abs(((a - b + 540) % 360) - 180)

/** Each point of `a` with the free point of `b` within 0.5 px, 5 % and 15 degrees that is nearest in place and angle. */
export function pairUp(a: readonly Point[], b: readonly Point[]): [Point, Point][] {
  const cells = new Map<string, Point[]>()
  const cell = (x: number, y: number) => `${Math.floor(x)},${Math.floor(y)}`
  for (const point of b) cells.set(cell(point.x, point.y), [...(cells.get(cell(point.x, point.y)) ?? []), point])
  const taken = new Set<Point>()
  return a.flatMap((point): [Point, Point][] => {
    let best: Point | null = null
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < 9; i++)
      for (const other of cells.get(cell(point.x + (i % 3) - 1, point.y + Math.floor(i / 3) - 1)) ?? []) {
        const distance = Math.hypot(point.x - other.x, point.y - other.y)
        const turn = turnBetween(point.angle, other.angle)
        const near = distance < 0.5 && Math.abs(point.sigma / other.sigma - 1) < 0.05 && turn < 15
        if (!near || taken.has(other) || distance + turn >= least) continue
        best = other
        least = distance + turn
      }
    if (!best) return []
    taken.add(best)
    return [[point, best]]
  })
}

const quantile = (values: number[], q: number) =>
  values.sort((x, y) => x - y)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0

export function compare(own: readonly Point[], theirs: readonly Point[]) {
  const pairs = pairUp(theirs, own)
  const over = (f: (a: Point, b: Point) => number) => pairs.map(([a, b]) => f(a, b))
  const position = over((a, b) => Math.hypot(a.x - b.x, a.y - b.y))
  const differences = pairs.map(([a, b]) => a.descriptor.map((v, i) => Math.abs(v - (b.descriptor[i] as number))))
  const share = (flags: boolean[]) => flags.filter(Boolean).length / flags.length
  return {
    recall: pairs.length / theirs.length,
    precision: pairs.length / own.length,
    positionP99: quantile(position, 0.99),
    positionMax: quantile(position, 1),
    sizeP99: quantile(
      over((a, b) => Math.abs(b.sigma / a.sigma - 1)),
      0.99,
    ),
    angleP99: quantile(
      over((a, b) => turnBetween(a.angle, b.angle)),
      0.99,
    ),
    identical: share(differences.map((d) => d.every((v) => v === 0))),
    withinOne: share(differences.flatMap((d) => [...d].map((v) => v <= 1))),
    descriptorP99: quantile(
      differences.map((d) => Math.sqrt(d.reduce((sum, v) => sum + v * v, 0))),
      0.99,
    ),
  }
}
