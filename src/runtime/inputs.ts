/** What a graph is fed when it is measured: the given tensors, or noise of the declared sizes. */

import { type Graph, requiredInputs, type ValueInfo } from '../onnx/index.ts'
import type { Device, Feeds } from '../platform/index.ts'
import { type Dtype, random, sizeOf, type Tensor } from '../tensor/index.ts'

export interface ProbeOptions {
  /** Sizes for symbolic dimensions, by input and axis; axis 0 is the batch and needs none. */
  readonly sizes?: Readonly<Record<string, readonly (number | null)[]>>
  /** Real inputs for one image; where absent, seeded noise in [0, 1). */
  readonly feeds?: Feeds
  readonly device?: Device
  /** The exact shape of an input for a batch, where it is known. */
  readonly dims?: (input: ValueInfo, batch: number) => readonly number[] | undefined
}

export function canBatch(graph: Graph): boolean {
  return requiredInputs(graph).some(({ shape }) =>
    shape?.some((dim, i) => typeof dim !== 'number' && (i === 0 || dim === 'batch')),
  )
}

/** The sizes of what `inputsFor` gives. */
export function inputDims(input: ValueInfo, batch: number, options: ProbeOptions): readonly number[] {
  const given = options.feeds?.[input.name]?.dims
  if (given) return batch === 1 || hasFixedBatch(input) ? given : [(given[0] ?? 1) * batch, ...given.slice(1)]
  const declared = (input.shape ?? []).map((dim, axis) => {
    if (typeof dim === 'number') return dim
    return axis === 0 ? batch : (options.sizes?.[input.name]?.[axis] ?? 1)
  })
  return options.dims?.(input, batch) ?? declared
}

/** One tensor an input: the given one repeated `batch` times, or seeded noise of the declared shape. */
export function inputsFor(graph: Graph, batch: number, options: ProbeOptions): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  for (const input of requiredInputs(graph)) {
    const given = options.feeds?.[input.name]
    const dims = inputDims(input, batch, options)
    feeds[input.name] = given ? repeated(given, dims) : noise(input.dtype, dims)
  }
  return feeds
}

const hasFixedBatch = ({ shape }: ValueInfo) => !shape?.length || typeof shape[0] === 'number'

/** The tensor as often as `dims` has it. */
function repeated(t: Tensor, dims: readonly number[]): Tensor {
  const size = sizeOf(dims)
  if (size === t.data.length) return t
  const data = new (t.data.constructor as new (size: number) => Float32Array)(size)
  for (let i = 0; i < size; i += t.data.length) data.set(t.data as Float32Array, i)
  return { dtype: t.dtype, dims, data } as Tensor
}

function noise(dtype: Dtype, dims: readonly number[]): Tensor {
  const size = sizeOf(dims)
  const { uniform } = random(1)
  if (dtype === 'float64') return { dtype, dims, data: Float64Array.from({ length: size }, (_, i) => uniform(i)) }
  if (dtype === 'float32') {
    const data = new Float32Array(size)
    for (let i = 0; i < size; i++) data[i] = uniform(i)
    return { dtype, dims, data }
  }
  if (dtype === 'int64') return { dtype, dims, data: new BigInt64Array(size) }
  if (dtype === 'int32') return { dtype, dims, data: new Int32Array(size) }
  if (dtype === 'float16')
    return { dtype, dims, data: Uint16Array.from({ length: size }, (_, i) => 0x3000 + (i % 1024)) }
  return { dtype, dims, data: new Uint8Array(size) } as Tensor
}
