/** What a shape rule sees of its node, and the little arithmetic of sizes that the rules share. */

import { type AttributeReader, fromFront, type Node } from '../../onnx/index.ts'
import type { Dtype } from '../../tensor/index.ts'

export type Dims = readonly number[]

export interface At {
  readonly node: Node
  readonly attributes: AttributeReader
  has(i: number): boolean
  /** Sizes of input `i`; of one that is left out, []. */
  dims(i: number): Dims
  dtype(i: number): Dtype | undefined
  /** Elements of input `i`, where it follows from constants and sizes and there are few. */
  value(i: number): readonly number[] | undefined
}

/** The sizes of each output; undefined when they do not follow, or when ONNX Runtime must say what is wrong. */
export type ShapeRule = (at: At) => readonly Dims[] | undefined

export const one =
  (rule: (at: At) => Dims | undefined): ShapeRule =>
  (at) => {
    const dims = rule(at)
    return dims && [dims]
  }

export const each = <T>(operators: string, rule: T): Record<string, T> =>
  Object.fromEntries(operators.split(' ').map((op) => [op, rule]))

export const isSame = (a: Dims, b: Dims) => a.length === b.length && a.every((dim, i) => dim === b[i])

/** An axis counted from the front; undefined outside of [-rank, rank). */
export function axisFromFront(axis: number, rank: number): number | undefined {
  return axis < -rank || axis >= rank ? undefined : fromFront(axis, rank)
}

/** All axes counted from the front, each once. */
export function axesFromFront(axes: Dims, rank: number): number[] | undefined {
  const front = axes.map((axis) => axisFromFront(axis, rank))
  return front.includes(undefined) || new Set(front).size < front.length ? undefined : (front as number[])
}

/** The sizes of operands that meet element by element, with the rules of NumPy. */
export function broadcast(...shapes: readonly Dims[]): Dims | undefined {
  const rank = Math.max(...shapes.map((dims) => dims.length))
  const result = Array.from({ length: rank }, () => 1)
  for (const dims of shapes)
    for (const [i, dim] of dims.entries()) {
      const at = i + rank - dims.length
      if (dim === 1 || dim === result[at]) continue
      if (result[at] !== 1) return undefined
      result[at] = dim
    }
  return result
}

/** The axes that `axes` (attribute or input `i`) names; undefined where neither is there. */
export function axesOf({ attributes, value }: At, i: number): Dims | undefined {
  return attributes.ints('axes') ?? value(i)
}
