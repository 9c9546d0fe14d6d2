/** Batches: tensors of single images put together, taken apart, and how many a model can take at once. */

import { FoveaError } from '../error/index.ts'
import type { VisionModel } from '../models/index.ts'
import { float32, numbers, sizeOf, type Tensor } from '../tensor/index.ts'

/** Values of one run may take this much memory together; ONNX Runtime frees what it no longer needs, so it takes less. */
const memory = 768 * 2 ** 20
const most = 16

/** How many images one run of the model may take: its fixed number, one without a batch axis, or some up to what memory allows. */
export function rowsAtOnce({ batch, measured }: VisionModel): readonly number[] {
  if (batch !== null) return [Math.max(1, batch)]
  if (measured.batch !== true) return [1]
  let bytes = 0
  for (const { dims, batch: grows } of measured.shapes.values()) if (grows.includes(true)) bytes += 4 * sizeOf(dims)
  const highest = Math.max(1, Math.min(most, Math.floor(memory / (2 * bytes))))
  return [...[1, 4].filter((rows) => rows < highest), highest]
}

/** Tensors joined along an axis. @param room memory to write into, if it has the size */
export function stack(rows: readonly Tensor<'float32'>[], axis: number, room?: Float32Array): Tensor<'float32'> {
  const [first] = rows
  if (!first) throw new FoveaError('FOVEA_INTERNAL', 'There is nothing to stack.')
  if (rows.length === 1 || axis < 0) return first
  const outer = sizeOf(first.dims.slice(0, axis))
  const inner = first.data.length / outer
  const size = rows.length * first.data.length
  const data = room?.length === size ? room : new Float32Array(size)
  for (let o = 0; o < outer; o++)
    rows.forEach((row, i) => {
      data.set(row.data.subarray(o * inner, (o + 1) * inner), (o * rows.length + i) * inner)
    })
  return float32(first.dims.with(axis, (first.dims[axis] as number) * rows.length), data)
}

/** A tensor whose first axis counts the images, as one tensor [1, …] an image. */
export function split(tensor: Tensor, images: number): Tensor<'float32'>[] {
  const [rows = 1, ...rest] = tensor.dims.length === 0 ? [1] : tensor.dims
  const data = tensor.dtype === 'float32' ? (tensor.data as Float32Array) : Float32Array.from(numbers(tensor))
  // All that was found in one image: any number of rows, also none.
  if (images === 1) return [float32([rows, ...rest], data)]
  const each = Math.max(1, Math.floor(rows / images))
  const size = each * sizeOf(rest)
  return Array.from({ length: images }, (_, i) => {
    // One row for all: an answer that does not depend on the image.
    const at = rows < images ? 0 : i * size
    return float32([each, ...rest], data.slice(at, at + size))
  })
}
