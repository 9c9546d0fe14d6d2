/** What a function answers for a batch of images, looked at before anything is made of it. */

import { FoveaError } from '../error/index.ts'

/** Scores of each image; one number is a row of one. */
export type Scores = readonly (number | ArrayLike<number>)[]

const wanted = 'it is to give an array with one number, or one row of numbers, for each image'

/** @throws FoveaError FOVEA_BACKEND for what the function throws (cancelling passes as it is); FOVEA_SHAPE, FOVEA_NOT_FINITE for its answers */
export async function answersOf(ask: () => Scores | Promise<Scores>, images: number): Promise<Float64Array[]> {
  const given: unknown = await asked(ask)
  const rows = isList(given) ? Array.from(given) : undefined
  if (rows?.length !== images)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `The function answers ${rows ? `${rows.length} rows` : inWords(given)} to ${images} images: ${wanted}.`,
    )
  const scores = rows.map(scoresOf)
  const odd = scores.find(({ length }) => length !== scores[0]?.length)
  if (odd)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `The function answers ${scores[0]?.length} scores to one image and ${odd.length} to another: as many for each.`,
    )
  return scores
}

async function asked(ask: () => unknown): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof FoveaError || (error instanceof Error && error.name === 'AbortError')) throw error
    const said = error instanceof Error ? error.message : String(error)
    throw new FoveaError(
      'FOVEA_BACKEND',
      `The function that is explained failed: ${said.replace(/\.$/, '')}.`,
      {},
      error,
    )
  }
}

function scoresOf(row: unknown, i: number): Float64Array {
  const numbers = isList(row) ? Array.from(row) : [row]
  const other = numbers.length === 0 ? row : numbers.find((value) => typeof value !== 'number')
  if (numbers.length === 0 || other !== undefined || numbers.includes(undefined))
    throw new FoveaError('FOVEA_SHAPE', `The function answers ${inWords(other)} to image ${i} of the batch: ${wanted}.`)
  if (numbers.some(Number.isNaN))
    throw new FoveaError(
      'FOVEA_NOT_FINITE',
      `The function answers NaN to image ${i} of the batch: nothing can be made of that.`,
    )
  return Float64Array.from(numbers as number[])
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const inWords = (value: unknown) =>
  value === undefined || value === null ? 'nothing' : isList(value) ? 'an empty row' : `a ${typeof value}`
