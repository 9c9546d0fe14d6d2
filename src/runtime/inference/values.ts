/**
 * The numbers that steer operators, computed from sizes and constants as ONNX Runtime computes them: integers exactly (none beyond
 * 2^53), floats rounded after every operation.
 */

import { attributesOf } from '../../onnx/index.ts'
import { type Dtype, numbers, sizeOf } from '../../tensor/index.ts'
import { shapeRange, sliceOf } from './movement.ts'
import { type At, axisFromFront, type Dims, each } from './rule.ts'

export type Values = readonly number[]

/** The elements of a node's only output, whose sizes and type are known; undefined where they are not computed here. */
export function valuesOf(at: At, dims: Dims, dtype: Dtype): Values | undefined {
  const raw = rules[at.node.op]?.(at, dims)
  const values = raw?.length === sizeOf(dims) ? raw.map((value) => rounded(value, dtype)) : undefined
  return values?.includes(undefined) ? undefined : (values as Values | undefined)
}

/** The largest integer below which every integer is a float64. */
const exact = 2 ** 53

function rounded(value: number, dtype: Dtype): number | undefined {
  switch (dtype) {
    case 'float32':
      return Math.fround(value)
    case 'float64':
      return value
    case 'bool':
      return value === 0 ? 0 : 1
    case 'int32':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value + 0 : undefined
    case 'int64':
      return Number.isInteger(value) && Math.abs(value) < exact ? value + 0 : undefined
    default:
      return undefined
  }
}

type ValueRule = (at: At, dims: Dims) => Values | undefined

/** Elements at `start`, `start` + steps … of each axis. */
function strided(from: Values, dims: Dims, steps: Dims, start = 0): number[] {
  let places = [start]
  for (const [axis, dim] of dims.entries())
    places = places.flatMap((place) => Array.from({ length: dim }, (_, i) => place + i * (steps[axis] as number)))
  return places.map((place) => from[place] as number)
}

/** Row-major steps. */
const stepsOf = (dims: Dims) => dims.map((_, axis) => sizeOf(dims.slice(axis + 1)))

/** The operand repeated to the sizes of the result. */
function spread(at: At, i: number, dims: Dims): Values | undefined {
  const value = at.value(i)
  const own = at.dims(i)
  const steps = stepsOf(own)
  const lead = dims.length - own.length
  const to = dims.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : (steps[axis - lead] as number)))
  return value && strided(value, dims, to)
}

const map =
  (f: (...operands: number[]) => number): ValueRule =>
  (at, dims) => {
    const operands = at.node.inputs.map((_, i) => spread(at, i, dims))
    if (operands.includes(undefined)) return undefined
    const all = operands as Values[]
    return Array.from({ length: sizeOf(dims) }, (_, k) => f(...all.map((operand) => operand[k] as number)))
  }

const kept: ValueRule = ({ value }) => value(0)

/** Towards zero between integers, as C divides. */
const divide: ValueRule = (at, dims) => {
  const whole = /^int/.test(at.dtype(0) ?? '')
  return map((a, b) => (whole ? Math.trunc(a / b) : a / b))(at, dims)
}

/** The remainder with the divisor's sign, or the dividend's (`fmod`). */
const modulo: ValueRule = (at, dims) => {
  const c = at.attributes.int('fmod', 0) === 1
  return map((a, b) => (c ? a % b : a - b * Math.floor(a / b)))(at, dims)
}

const cast: ValueRule = ({ value, dtype, attributes }) => {
  const truncates = dtype(0)?.startsWith('float') && [6, 7].includes(attributes.int('to', 0))
  return truncates ? value(0)?.map(Math.trunc) : value(0)
}

const gather: ValueRule = ({ dims, value, attributes }) => {
  const [data, indices] = [value(0), value(1)]
  const axis = axisFromFront(attributes.int('axis', 0), dims(0).length)
  if (!data || !indices || axis === undefined) return undefined
  const size = dims(0)[axis] as number
  const inner = sizeOf(dims(0).slice(axis + 1))
  const chosen = indices.map((index) => axisFromFront(index, size))
  if (chosen.includes(undefined)) return undefined
  const outer = Array.from({ length: sizeOf(dims(0).slice(0, axis)) }, (_, i) => i * size)
  return outer.flatMap((row) =>
    (chosen as number[]).flatMap((index) => data.slice((row + index) * inner, (row + index + 1) * inner)),
  )
}

const slice: ValueRule = (at, dims) => {
  const [data, parts] = [at.value(0), sliceOf(at)]
  const steps = stepsOf(at.dims(0))
  if (!data || !parts) return undefined
  const start = parts.reduce((sum, part, axis) => sum + part.start * (steps[axis] as number), 0)
  const walked = parts.map((part, axis) => part.step * (steps[axis] as number))
  return strided(data, dims, walked, start)
}

const transpose: ValueRule = ({ dims, value, attributes }, to) => {
  const data = value(0)
  const perm = attributes.ints('perm') ?? [...dims(0).keys()].reverse()
  const steps = stepsOf(dims(0))
  return (
    data &&
    strided(
      data,
      to,
      perm.map((axis) => steps[axis] as number),
    )
  )
}

/** Along the first axis, one after the other. */
const concat: ValueRule = ({ node, dims, value, attributes }) => {
  if (axisFromFront(attributes.int('axis', 0), dims(0).length) !== 0) return undefined
  const parts = node.inputs.map((_, i) => value(i))
  return parts.includes(undefined) ? undefined : (parts as Values[]).flat()
}

const range: ValueRule = ({ value, dtype }, [count = 0]) => {
  const [[start = 0] = [], [delta = 0] = []] = [value(0), value(2)]
  return dtype(0)?.startsWith('int') ? Array.from({ length: count }, (_, i) => start + i * delta) : undefined
}

const filled: ValueRule = ({ node }, dims) => {
  const stored = node.attributes.value
  const [value] = stored?.type === 'tensor' ? numbers(stored.value.read()) : [0]
  return value === undefined ? undefined : Array.from({ length: sizeOf(dims) }, () => value)
}

const truth = (f: (a: number, b: number) => boolean) => map((a, b) => (f(a as number, b as number) ? 1 : 0))

const rules: Readonly<Record<string, ValueRule>> = {
  ...each('Identity Reshape Flatten Squeeze Unsqueeze', kept),
  Shape: ({ dims, node }) => dims(0).slice(...shapeRange(dims(0).length, attributesOf(node))),
  Size: ({ dims }) => [sizeOf(dims(0))],
  Cast: cast,
  Gather: gather,
  Slice: slice,
  Transpose: transpose,
  Concat: concat,
  Range: range,
  ConstantOfShape: filled,
  Expand: (at, dims) => spread(at, 0, dims),
  Add: map((a, b) => a + b),
  Sub: map((a, b) => a - b),
  Mul: map((a, b) => a * b),
  Div: divide,
  Mod: modulo,
  Max: map(Math.max),
  Min: map(Math.min),
  Neg: map((a) => -a),
  Abs: map(Math.abs),
  Floor: map(Math.floor),
  Ceil: map(Math.ceil),
  Sqrt: map(Math.sqrt),
  Where: map((condition, a, b) => (condition ? a : b)),
  Equal: truth((a, b) => a === b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Not: map((a) => (a === 0 ? 1 : 0)),
}
