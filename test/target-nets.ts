/** Small models of every kind of answer (scripts/python/target_fixtures.py made them), and pictures of which the answer is known. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeNpy, type Image, type Tensor } from '../src/tensor/index.ts'

export const folder = join(import.meta.dirname, 'fixtures/targets')

export const file = (name: string) => join(folder, name)

export const array = (name: string) => decodeNpy(new Uint8Array(readFileSync(file(name)))) as Tensor<'float32'>

/** Mid-grey with a square of one colour. */
export function square(
  size: number,
  [left, top, side]: readonly [number, number, number],
  colour: readonly [number, number, number] = [255, 0, 0],
): Image {
  const data = new Uint8Array(3 * size * size).fill(128)
  for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) data.set(colour, 3 * (y * size + x))
  return { width: size, height: size, data }
}
