/**
 * RectGrad: R' = R where a R is above its q-th percentile in the layer (a the ReLU's output), for each image by itself.
 * Kim et al. 2019, arXiv 1902.04893. At a threshold of 0 it would be guided backpropagation.
 */

import type { Value } from '../../onnx/index.ts'
import { where } from '../gradient/kinds.ts'
import { gated, type RemarkedRules } from './gates.ts'

/** @param percentile 0 to 100, of the products a R that are stopped */
export const rectGrad = (percentile: number): RemarkedRules =>
  gated('RectGrad', (at) => {
    const { op, y, dy } = at
    const { dims, batch } = at.shape(y[0])
    if (batch.slice(1).some(Boolean)) at.refuse('its channels or pixels carry the batch')
    const products = op.Mul(y[0], dy)
    const size = (batch[0] ? dims.slice(1) : dims).reduce((a, b) => a * b, 1)
    /** Between the ranks around it the percentile is interpolated; the larger ones alone are needed. */
    const rank = (1 - percentile / 100) * (size - 1)
    const [above, share] = [Math.floor(rank), rank - Math.floor(rank)]
    const rows = op.Reshape(products, [-1, size])
    const [largest] = op.many('TopK', 2, rows, [Math.min(above + 2, size)], { axis: 1, largest: 1, sorted: 1 }) as [
      Value,
    ]
    const at0 = op.Slice(largest, [above], [above + 1], [1])
    const at1 = op.Slice(largest, [-1], [2 ** 31 - 1], [1])
    const threshold = op.Add(op.Mul(at0, 1 - share), op.Mul(at1, share))
    const shape = dims.map((_, axis) => (axis === 0 && batch[0] ? -1 : 1))
    return [where(at, op.Greater(products, op.Reshape(threshold, shape)), dy)]
  })
