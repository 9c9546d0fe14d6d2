/** A layer's value for one image on the host: its channels and positions, whatever the layout. */

import { FoveaError } from '../../error/index.ts'
import type { Layer } from '../../models/index.ts'
import { float32, sizeOf, type Tensor } from '../../tensor/index.ts'
import type { Study } from '../study.ts'

export interface Cells {
  readonly layer: Layer
  readonly value: Tensor<'float32'>
  readonly channels: number
  /** The tokens of the layer: its positions, and those that are none. */
  readonly tokens: number
  /** Where in `value.data` channel k of token t lies. */
  readonly at: (token: number, channel: number) => number
  /** The channel as a map, row by row. */
  readonly map: (channel: number) => Float32Array
}

/** Runs the model up to the layer. */
export async function cellsOf(study: Study): Promise<Cells> {
  const layer = study.layer?.layer
  if (!layer) throw new FoveaError('FOVEA_INTERNAL', 'The method has no layer.')
  const asked = await study.open({
    name: 'fovea/layer',
    write: ({ builder }) => ({ value: builder.value(layer.name) }),
  })
  const { value } = await asked.one()
  return arranged(layer, value as Tensor<'float32'>)
}

export function arranged(layer: Layer, value: Tensor<'float32'>): Cells {
  const { order, channels, tokens, index } = layer.arrangement
  const { dims, data } = value
  const steps = dims.map((_, axis) => sizeOf(dims.slice(axis + 1)))
  const places = order
    .slice(0, -1)
    .reduce<number[]>(
      (found, axis) =>
        found.flatMap((place) => Array.from({ length: dims[axis] ?? 1 }, (_, i) => place + i * (steps[axis] ?? 0))),
      [0],
    )
  const step = steps[order.at(-1) ?? 0] ?? 1
  if (places.length !== tokens)
    throw new FoveaError('FOVEA_LAYER', `The layer '${layer.name}' came as [${dims}], not as it was measured.`)
  const at = (token: number, channel: number) => (places[token] as number) + channel * step
  return {
    layer,
    value,
    channels,
    tokens,
    at,
    map: (channel) => Float32Array.from(index, (token) => data[at(token, channel)] as number),
  }
}

/** The value with another scale at each token (and channel). */
export function scaled({ value, tokens, channels, at }: Cells, scale: (token: number) => number): Tensor<'float32'> {
  const data = new Float32Array(value.data.length)
  for (let t = 0; t < tokens; t++) {
    const factor = scale(t)
    if (factor === 0) continue
    for (let k = 0; k < channels; k++) data[at(t, k)] = factor * (value.data[at(t, k)] as number)
  }
  return float32(value.dims, data)
}

/** The value without one of its channels. */
export function withoutChannel({ value, tokens, at }: Cells, channel: number): Tensor<'float32'> {
  const data = value.data.slice()
  for (let t = 0; t < tokens; t++) data[at(t, channel)] = 0
  return float32(value.dims, data)
}

/** sum_k w_k A_k, as a plane. */
export function weighedSum(cells: Cells, weights: ArrayLike<number>, relu: boolean) {
  const { height, width } = cells.layer
  const sum = new Float64Array(height * width)
  for (let k = 0; k < cells.channels; k++)
    cells.map(k).forEach((value, i) => {
      sum[i] = (sum[i] as number) + (weights[k] as number) * value
    })
  return { width, height, data: Float32Array.from(sum, (value) => (relu ? Math.max(0, value) : value)) }
}
