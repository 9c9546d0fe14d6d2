/** Sampling at positions that are inputs: GridSample, and AffineGrid that makes such positions. */

import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { samplesAt } from './samples.ts'
import { type Interpolation, type Tap, tapsAt } from './taps.ts'

/** To the pixels by their weights, to the grid by the weights' slopes; a nearest pixel changes in jumps. */
const gridSample: Rule = (at) => {
  const { op, x, y } = at
  const [, channels = 1, ...sizes] = at.shape(x[0]).dims
  const points = product(at.shape(y[0]).dims.slice(2))
  const { kernel } = interpolationOf(at)
  const samples = samplesAt(at, tapsAlong(at, sizes, points), sizes, points)
  const dy = op.Reshape(at.dy, [0, channels, points])
  const flat = op.Concat(op.Shape(x[0], { end: 2 }), [product(sizes)], { axis: 0 })
  const image = () => op.Reshape(samples.image(dy, flat), op.Shape(x[0]))
  const grid = () => {
    const pixels = samples.pixels(op.Reshape(x[0], flat))
    const along = sizes.map((size, axis) => {
      return op.Unsqueeze(op.Mul(samples.position(dy, pixels, axis), pace(at, size)), [2])
    })
    return op.Reshape(op.Concat(...along.toReversed(), { axis: 2 }), op.Shape(x[1]))
  }
  const grids = () => (kernel === 'nearest' ? at.zeros(x[1]) : op.CastLike(grid(), x[1]))
  return [at.wanted(0) ? op.CastLike(image(), x[0]) : null, at.wanted(1) ? grids() : null]
}

/** The grid goes from -1 to 1: between the centres of the corner pixels (align_corners), or between the image's edges. */
const isAligned = (at: Backward) => at.attributes.int('align_corners', 0) === 1
const pace = (at: Backward, size: number) => (isAligned(at) ? size - 1 : size) / 2

function interpolationOf(at: Backward): Interpolation {
  const mode = at.attributes.string('mode', 'linear')
  const kernel = mode === 'nearest' ? 'nearest' : mode.endsWith('cubic') ? 'cubic' : 'linear'
  const padding = at.attributes.string('padding_mode', 'zeros') as Interpolation['padding']
  return { kernel, padding }
}

/** The taps along each spatial axis, all [N, points]. The grid names the axes from the last to the first. */
function tapsAlong(at: Backward, sizes: readonly number[], points: number): Tap[][] {
  const { op, x } = at
  const interpolation = interpolationOf(at)
  const grid = x[1]
  return sizes.map((size, axis) => {
    const coordinate = op.Reshape(op.Gather(grid, [sizes.length - 1 - axis], { axis: -1 }), [0, points])
    const shifted = op.Add(coordinate, 1)
    const position = isAligned(at) ? op.Mul(op.Div(shifted, 2), size - 1) : op.Div(op.Sub(op.Mul(shifted, size), 1), 2)
    const limits = isAligned(at) ? ([0, size - 1] as const) : ([-0.5, size - 0.5] as const)
    const pixel = interpolation.kernel === 'nearest' ? op.Round(position) : position
    return tapsAt(at, pixel, size, { ...interpolation, limits })
  })
}

/** A grid is the fixed grid (x, y, 1) times the transposed transformation. The unit transformation shows the fixed grid. */
const affineGrid: Rule = (at) => {
  const { op, x, y, dy, node } = at
  const [, ...sizes] = at.shape(y[0]).dims
  const axes = sizes.length - 1
  const points = product(sizes.slice(0, -1))
  const unit = Array.from({ length: axes * (axes + 1) }, (_, i) => (i % (axes + 2) === 0 ? 1 : 0))
  const size = op.Concat([1], op.Slice(x[1], [1], [axes + 2], [0]), { axis: 0 })
  const fixed = op.AffineGrid(at.literal(float32([1, axes, axes + 1], unit)), size, node.attributes)
  const ones = at.literal(float32([points, 1], Array(points).fill(1)))
  const grid = op.Concat(op.Reshape(fixed, [points, axes]), ones, { axis: 1 })
  const columns = op.Transpose(op.Reshape(dy, [0, points, axes]), { perm: [0, 2, 1] })
  return [op.MatMul(columns, op.CastLike(grid, dy))]
}

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)

export const sampling: RuleSet = { GridSample: gridSample, AffineGrid: affineGrid }
