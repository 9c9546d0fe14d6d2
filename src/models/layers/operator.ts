/** What a tracing rule sees of its node. */

import {
  type AttributeReader,
  attributesOf,
  constantOf,
  type Graph,
  type Measured,
  type Node,
} from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Positions } from './positions.ts'

export interface Operator {
  readonly node: Node
  readonly attributes: AttributeReader
  readonly outputs: number
  /** Positions of input `i`; undefined when it is not computed from the image. */
  x(i: number): Positions | undefined
  /** Sizes of input and output `i` with the traced number of images. */
  from(i: number): readonly number[]
  to(i: number): readonly number[]
  /** Input `i` as numbers, when they are known before the model runs. */
  integers(i: number): number[] | undefined
}

/** The positions of each output; undefined when the rule cannot say. */
export type Rule = (at: Operator) => readonly (Positions | undefined)[] | undefined

export function operatorAt(
  graph: Graph,
  measured: Measured,
  node: Node,
  positions: ReadonlyMap<string, Positions>,
  images: number,
): Operator {
  const sizes = (name = '') => sizesOf(measured, name, images)
  return {
    node,
    attributes: attributesOf(node),
    outputs: node.outputs.length,
    x: (i) => positions.get(node.inputs[i] ?? ''),
    from: (i) => sizes(node.inputs[i]),
    to: (i) => sizes(node.outputs[i]),
    integers: (i) => {
      const name = node.inputs[i] ?? ''
      const known = name === '' ? undefined : (constantOf(graph, name)?.read() ?? measured.integers.get(name))
      return known && Array.from(numbers(known))
    },
  }
}

/** A value's sizes with so many images in the batch. */
export function sizesOf({ shapes }: Measured, name: string, images: number): readonly number[] {
  const shape = shapes.get(name)
  return shape ? shape.dims.map((dim, i) => (shape.batch[i] ? dim * images : dim)) : []
}
