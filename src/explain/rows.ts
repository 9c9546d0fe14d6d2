/** Batches: tensors of single images put together, taken apart, and how many a model can take at once. */

import { FoveaError } from '../error/index.ts'
import type { VisionModel } from '../models/index.ts'
import { type Graph, type Measured, type Model, usesOf } from '../onnx/index.ts'
import { float32, numbers, sizeOf, type Tensor } from '../tensor/index.ts'

/** Values of one run may take this much memory together. */
const memory = 768 * 2 ** 20
const most = 16

/**
 * How many images one run of a program may take: the model's fixed number, one without a batch axis, or some up to what memory allows.
 * @param measured shapes of the program's values
 */
export function rowsAtOnce(
  { batch, measured: known }: VisionModel,
  { graph }: Model,
  { shapes }: Measured,
): readonly number[] {
  if (batch !== null) return [Math.max(1, batch)]
  if (known.batch !== true) return [1]
  let bytes = 0
  for (const { dims, batch: grows } of known.shapes.values()) if (grows.includes(true)) bytes += 4 * sizeOf(dims)
  // A backward pass keeps what the forward pass made, and makes as much again.
  const highest = Math.max(1, Math.min(most, Math.floor(memory / (aliveAtOnce(graph, shapes) ?? 2 * bytes))))
  return [...[1, 4].filter((rows) => rows < highest), highest]
}

/** Bytes of the values of one image that are alive together, at most; undefined where a value was not measured, as in backward passes. */
function aliveAtOnce({ nodes, outputs }: Graph, shapes: Measured['shapes']): number | undefined {
  const last = new Map<string, number>()
  nodes.forEach((node, i) => {
    for (const name of usesOf(node)) last.set(name, i)
  })
  for (const { name } of outputs) last.set(name, nodes.length)
  const sizes = new Map<string, number>()
  let [alive, highest] = [0, 1]
  for (const [i, node] of nodes.entries()) {
    for (const name of node.outputs.filter(Boolean)) {
      const shape = shapes.get(name)
      if (!shape) return undefined
      const size = shape.batch.includes(true) ? 4 * sizeOf(shape.dims) : 0
      sizes.set(name, size)
      alive += size
    }
    highest = Math.max(highest, alive)
    for (const name of new Set([...usesOf(node), ...node.outputs]))
      if ((last.get(name) ?? i) === i) {
        alive -= sizes.get(name) ?? 0
        sizes.delete(name)
      }
  }
  return highest
}

/** Tensors joined along an axis. @param room memory of so many numbers to write into */
export function stack(
  rows: readonly Tensor<'float32'>[],
  axis: number,
  room: (length: number) => Float32Array = (length) => new Float32Array(length),
): Tensor<'float32'> {
  const [first] = rows
  if (!first) throw new FoveaError('FOVEA_INTERNAL', 'There is nothing to stack.')
  if (rows.length === 1 || axis < 0) return first
  const outer = sizeOf(first.dims.slice(0, axis))
  const inner = first.data.length / outer
  const data = room(rows.length * first.data.length)
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
