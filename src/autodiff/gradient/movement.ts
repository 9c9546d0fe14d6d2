/** Operators that move elements without changing them: the gradient moves back, and adds up where elements were copied. */

import type { Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { movement } from './kinds.ts'

/** Back into the shape that the input had when it ran. */
const reshape = movement(({ op, x, dy }) => op.Reshape(dy, op.Shape(x[0])))

/** The integers of input `i`, which must not depend on the image. */
function integersAt(at: Backward, i: number): number[] | undefined {
  if (!at.has(i)) return undefined
  const value = at.constant(at.x[i] as Value)
  return value ? Array.from(numbers(value)) : at.refuse(`its input ${i} is computed from the image`)
}

const slice: Rule = (at) => {
  const { op, x, dy } = at
  const { dims } = at.shape(x[0])
  const starts = integersAt(at, 1) ?? []
  const axes = integersAt(at, 3) ?? starts.map((_, i) => i)
  const steps = integersAt(at, 4) ?? starts.map(() => 1)
  const sizes = at.shape(at.y[0]).dims
  let gradient = dy
  const before = dims.map(() => 0)
  const after = dims.map(() => 0)
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + dims.length : given
    if (at.shape(x[0]).batch[axis] && sizes[axis] !== dims[axis]) at.refuse('it slices the batch')
    if (at.shape(x[0]).batch[axis]) return
    const size = dims[axis] as number
    const taken = sizes[axis] as number
    const step = steps[i] as number
    const bounded = (starts[i] as number) < 0 ? (starts[i] as number) + size : (starts[i] as number)
    const first = Math.min(Math.max(bounded, 0), step < 0 ? size - 1 : size)
    const low = step < 0 ? first + step * (taken - 1) : first
    if (step < 0) gradient = op.Slice(gradient, [-1], [-(2 ** 31)], [axis], [-1])
    const stretch = Math.abs(step)
    if (stretch > 1) gradient = spaced(at, gradient, axis, stretch, taken)
    before[axis] = low
    after[axis] = size - low - taken * stretch
  })
  return [[...before, ...after].some((n) => n !== 0) ? op.Pad(gradient, [...before, ...after]) : gradient]
}

/** `stretch - 1` zeros after each element along an axis. */
function spaced(at: Backward, value: Value, axis: number, stretch: number, size: number): Value {
  const { op } = at
  const rank = at.shape(at.x[0]).dims.length
  const pads = Array.from({ length: 2 * (rank + 1) }, (_, i) => (i === rank + 1 + axis + 1 ? stretch - 1 : 0))
  const wide = op.Pad(op.Unsqueeze(value, [axis + 1]), pads)
  const rest = op.Shape(value, { start: axis + 1 })
  return op.Reshape(wide, op.Concat(op.Shape(value, { end: axis }), [size * stretch], rest, { axis: 0 }))
}

/** The gradient of picking along an axis is adding up at the places picked. */
const gather: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const rank = at.shape(x[0]).dims.length
  const given = attributes.int('axis', 0)
  const axis = given < 0 ? given + rank : given
  const picked = op.Concat(op.Shape(x[0], { end: axis }), [-1], op.Shape(x[0], { start: axis + 1 }), { axis: 0 })
  const flat = op.Reshape(dy, picked)
  const column = [-1, ...Array.from({ length: rank - axis - 1 }, () => 1)]
  const indices = op.Expand(op.Reshape(op.Cast(x[1], { to: 7 }), column), op.Shape(flat))
  return [op.ScatterElements(at.zeros(x[0]), indices, flat, { axis, reduction: 'add' }), null]
}

export const transformations: RuleSet = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: movement(({ op, x, dy, attributes, shape }) => {
    const rank = shape(x[0]).dims.length
    const perm = attributes.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)
    const inverse = perm.map((_, axis) => perm.indexOf(axis))
    return op.Transpose(dy, { perm: inverse })
  }),
  Expand: (at) => [at.sumTo(at.dy, at.x[0])],
  Concat: (at) => {
    const { op, node, dy, attributes } = at
    const axis = attributes.int('axis', 0)
    const sizes = node.inputs.map((_, i) => at.shape(at.x[i] as Value).dims.at(axis) as number)
    if (at.shape(at.y[0]).batch.at(axis)) at.refuse('it joins along the batch')
    return sizes.length === 1 ? [dy] : op.many('Split', sizes.length, dy, sizes, { axis })
  },
  Split: (at) => {
    const parts = at.node.outputs.map((_, i) => at.gradient(i) ?? at.zeros(at.y[i] as Value))
    return [at.op.Concat(...parts, { axis: at.attributes.int('axis', 0) })]
  },
  Slice: slice,
  /** Constant padding falls away again (and a negative pad is put back as zeros). */
  Pad: (at) => {
    const { op, dy, attributes, shape, x } = at
    const mode = attributes.string('mode', 'constant')
    if (mode !== 'constant') at.refuse(`its mode is '${mode}'`)
    const pads = integersAt(at, 1) ?? []
    const rank = shape(x[0]).dims.length
    const axes = integersAt(at, 3) ?? Array.from({ length: rank }, (_, i) => i)
    const full = Array.from({ length: 2 * rank }, () => 0)
    axes.forEach((axis, i) => {
      const place = axis < 0 ? axis + rank : axis
      full[place] = -(pads[i] as number)
      full[place + rank] = -(pads[i + axes.length] as number)
    })
    return [op.Pad(dy, full)]
  },
  Gather: gather,
  GatherElements: (at) => {
    const { op, x, dy, attributes } = at
    return [op.ScatterElements(at.zeros(x[0]), x[1], dy, { axis: attributes.int('axis', 0), reduction: 'add' })]
  },
}
