/** A part of a target: a tensor whose axis 0 is the image (of size 1 where all images share it). */

import { didYouMean } from '../../error/index.ts'
import type { Builder, Measured, Value } from '../../onnx/index.ts'
import type { Index } from './expression.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface Term {
  readonly value: Value
  /** The axes beside the images'. */
  readonly dims: readonly number[]
  /** Whether the sizes depend on the image, so that `dims` are only what the probe saw. */
  readonly varying: boolean
}

/** A value of the model as a term in float32, or why it cannot be one. */
export function termOf(builder: Builder, measured: Measured, known: Vocabulary, name: string): Term | string {
  const shape = measured.shapes.get(name)
  const dtype = builder.dtype(name)
  if (!shape || !dtype) return `the model has no value '${name}'${didYouMean(name, known.layers)}`
  if (dtype === 'string' || dtype.startsWith('complex')) return `the value '${name}' holds ${dtype}, no numbers`
  const { dims, batch } = shape
  const counted = known.varying.get(name)
  if (batch.some((grows, axis) => grows && axis > 0 && !counted?.[axis]))
    return `the images of a batch lie on axis ${batch.indexOf(true)} of '${name}', not on the first`
  const { op } = builder
  const varying = counted !== undefined
  const given = builder.value(name)
  const value = dtype === 'float32' ? given : op.Cast(given, { to: 1 })
  const byImage = !counted?.[0] && (batch[0] || (known.fixedBatch !== undefined && dims[0] === known.fixedBatch))
  if (byImage) return { value, dims: dims.slice(1), varying }
  return { value: op.Unsqueeze(value, [0]), dims, varying }
}

/** The part of a term at the given places. */
export function take(
  { op }: Builder,
  term: Term,
  indices: readonly Index[],
  refuse: (index: Index, why: string) => never,
): Term {
  let { value } = term
  const taken: number[] = []
  indices.forEach((index, i) => {
    const size = term.dims[i]
    if (size === undefined)
      return refuse(index, `has ${term.dims.length === 0 ? 'no axes' : `the axes [${term.dims}]`} beside the images'`)
    if (index.kind !== 'number') return undefined
    if (index.value >= size && !term.varying)
      refuse(index, `has places 0 to ${size - 1} here (its shape an image is [${term.dims}])`)
    value = op.Gather(value, [index.value], { axis: i + 1 })
    taken.push(i)
    return undefined
  })
  if (taken.length === 0) return term
  const dims = term.dims.filter((_, i) => !taken.includes(i))
  return {
    ...term,
    value: op.Squeeze(
      value,
      taken.map((i) => i + 1),
    ),
    dims,
  }
}
