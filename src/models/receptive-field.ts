/** What of the image one position of a feature map sees, along chains of convolutions and pools; nothing behind global mixing. */

export interface Field {
  /** Pixels of the image from one position to the next, [vertical, horizontal]. */
  readonly stride: readonly [number, number]
  /** Pixels of the image that a position depends on; undefined when that is no window (attention, global pooling). */
  readonly size: readonly [number, number] | undefined
}

export interface Window {
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
}

export const pixel: Field = { stride: [1, 1], size: [1, 1] }

/**
 * The field behind a sliding window: r' = r + (k - 1) d j and j' = j s, j the pixels between neighbours.
 * Araujo, Norris and Sim: Computing receptive fields of convolutional neural networks, Distill 2019.
 */
export function grow(field: Field, { kernel, strides, dilations }: Window): Field {
  const { stride, size } = field
  const along = (axis: 0 | 1) => (kernel[axis] - 1) * dilations[axis] * stride[axis]
  return {
    stride: [stride[0] * strides[0], stride[1] * strides[1]],
    size: size && [size[0] + along(0), size[1] + along(1)],
  }
}

/** Of branches that meet on one grid: the larger window; undefined when their strides differ. */
export function merge(a: Field | undefined, b: Field | undefined): Field | undefined {
  if (!a || !b || a.stride[0] !== b.stride[0] || a.stride[1] !== b.stride[1]) return undefined
  const size = a.size && b.size
  return {
    stride: a.stride,
    size: size && [Math.max(a.size[0], b.size[0]), Math.max(a.size[1], b.size[1])],
  }
}
