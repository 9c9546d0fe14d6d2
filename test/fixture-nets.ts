/** The small networks F1 to F9 with PyTorch's float64 numbers (scripts/python/fixtures.py made both). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeNpy, numbers, type Tensor } from '../src/tensor/index.ts'

const folder = join(import.meta.dirname, 'fixtures/nets')

interface Entry {
  readonly id: string
  readonly title: string
  readonly classes: readonly number[]
  readonly float32Error: number
  readonly models: readonly { readonly file: string; readonly layer?: string }[]
  readonly files: Readonly<Record<string, string>>
}

export const nets = (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { nets: Entry[] }).nets

export const net = (id: string) => nets.find((entry) => entry.id === id) as Entry

export const bytes = (file: string) => new Uint8Array(readFileSync(join(folder, file)))

export const array = (entry: Entry, part: string): Tensor<'float32'> =>
  decodeNpy(bytes(entry.files[part] as string)) as Tensor<'float32'>

/** ||a - b|| / ||b|| */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2
    norm += (b[i] as number) ** 2
  }
  return a.length === b.length ? Math.sqrt(difference / norm) : Number.POSITIVE_INFINITY
}

/** Slice `i` along the first axis. */
export function part(t: Tensor, i: number): Float64Array {
  const size = t.data.length / (t.dims[0] as number)
  return numbers(t).subarray(i * size, (i + 1) * size)
}
