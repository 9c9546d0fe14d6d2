/** An operator with weights, seen as a function of its input and its weights: run again, and backwards, with others in their place. */

import { operatorKey, type Shape, type Value } from '../../onnx/index.ts'
import { gradient } from '../gradient/index.ts'
import type { Backward, Rule } from '../rule.ts'

export interface Weighted {
  readonly at: Backward
  /** The input that the image reaches. */
  readonly x: Value
  readonly w: Value
  readonly b: Value | null
  /** The result without changes. */
  readonly z: Value
  /** The operator on another input, with other weights and bias. */
  forward(x: Value, w: Value, b: Value | null): Value
  /** Its own gradient at the input, with other weights. */
  backward(w: Value, dz: Value): Value
  /** The bias as it is added to the result. */
  spread(b: Value): Value
}

const layers: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'])

/** A convolution or matrix product of the image with weights that do not depend on it; undefined for anything else. */
export function weightedOf(at: Backward): Weighted | undefined {
  const key = operatorKey(at.node)
  if (!layers.has(key) || at.wanted(0) === at.wanted(1) || at.wanted(2)) return undefined
  const data = at.wanted(0) ? 0 : 1
  if (data === 1 && key.startsWith('Conv')) return undefined
  const { op, node } = at
  const write = op[node.op as 'Conv']
  const order = <T>(x: T, w: T) => (data === 0 ? ([x, w] as const) : ([w, x] as const))
  const [x, w] = order(at.x[0], at.x[1])
  const b = at.has(2) ? at.x[2] : null
  return {
    at,
    x,
    w,
    b,
    z: at.y[0],
    forward: (x, w, b) => write(...order(x, w), ...(b ? [b] : []), node.attributes),
    backward: (w, dz) => {
      const changed = replacing(at, data === 0 ? { 1: w } : { 0: w }, dz)
      return (gradient[key] as Rule)(changed)[data] as Value
    },
    spread: (b) => {
      if (key === 'Gemm') {
        const beta = at.attributes.float('beta', 1)
        return beta === 1 ? b : op.Mul(b, beta)
      }
      const behind = at.shape(at.y[0]).dims.length - 2
      return behind === 0
        ? b
        : op.Unsqueeze(
            b,
            Array.from({ length: behind }, (_, i) => i + 1),
          )
    },
  }
}

/** The same place with other inputs (and results) of the same shapes, and another gradient at its output. */
export function replacing(
  at: Backward,
  inputs: Readonly<Record<number, Value>>,
  dy: Value = at.dy,
  outputs: Readonly<Record<number, Value>> = {},
): Backward {
  const x = at.x.map((value, i) => inputs[i] ?? value) as unknown as Backward['x']
  const y = at.y.map((value, i) => outputs[i] ?? value) as unknown as Backward['y']
  const original = new Map([
    ...Object.entries(inputs).map(([i, value]) => [value.name, at.x[Number(i)] as Value] as const),
    ...Object.entries(outputs).map(([i, value]) => [value.name, at.y[Number(i)] as Value] as const),
  ])
  const shape = (value: Value): Shape => at.shape(original.get(value.name) ?? value)
  return {
    ...at,
    x,
    y,
    dy,
    shape,
    gradient: (i) => (i === 0 ? dy : at.gradient(i)),
    sumTo: (gradient, to, from = shape(y[0])) => at.sumTo(gradient, original.get(to.name) ?? to, from),
  }
}
