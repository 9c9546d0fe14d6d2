/**
 * Sizes without running: for the common operators they follow from sizes, attributes and constants, by ONNX's own rules. What does
 * not follow, or does not fit together, is left to a run (`probe`), so that an answer from here is one that ONNX Runtime gives, too.
 */

import { attributesOf, type Constant, constant, constantOf, type Graph, type Node } from '../../onnx/index.ts'
import { type Dtype, float32, int64, numbers, sizeOf, type Tensor } from '../../tensor/index.ts'
import { contraction } from './contraction.ts'
import { elementwise } from './elementwise.ts'
import { movement } from './movement.ts'
import type { At, Dims, ShapeRule } from './rule.ts'
import { type Values, valuesOf } from './values.ts'

export interface Inferred {
  readonly dims: ReadonlyMap<string, Dims>
  /** Elements that follow from constants and sizes, of small values. */
  readonly values: ReadonlyMap<string, Values>
}

const rules: Readonly<Record<string, ShapeRule>> = { ...elementwise, ...movement, ...contraction }

/** Numbers that steer are few; longer tables are left to a run. */
const few = 4096

/** The types that every operator of the tables has a kernel for, or is cast to one. */
const plain: ReadonlySet<Dtype | undefined> = new Set<Dtype>(
  'float16 float32 float64 int8 uint8 int32 int64 bool'.split(' ') as Dtype[],
)

/** @param inputs the sizes of what the caller feeds */
export function infer(graph: Graph, dtypes: ReadonlyMap<string, Dtype>, inputs: ReadonlyMap<string, Dims>): Inferred {
  const dims = new Map<string, Dims>(inputs)
  const values = new Map<string, Values>()
  const stored = new Map([...graph.constants].filter(([name]) => !inputs.has(name)))
  for (const [name, constant] of stored) dims.set(name, constant.dims)
  const valueOf = (name: string) => {
    const constant = stored.get(name)
    return constant ? elementsOf(constant) : values.get(name)
  }
  for (const node of graph.nodes) {
    const known = node.op === 'Constant' ? storedIn(graph, node) : undefined
    if (known) {
      stored.set(node.outputs[0] as string, known)
      dims.set(node.outputs[0] as string, known.dims)
    }
    if (known || !isPlain(node, dims, dtypes)) continue
    const at = look(node, dims, valueOf, dtypes)
    const sizes = rules[node.op]?.(at)
    if (sizes?.length !== node.outputs.length) continue
    sizes.forEach((own, i) => {
      dims.set(node.outputs[i] as string, own)
    })
    const [name = ''] = node.outputs
    const [own] = sizes
    const elements = own && sizeOf(own) <= few ? valuesOf(at, own, dtypes.get(name) as Dtype) : undefined
    if (elements && sizes.length === 1) values.set(name, elements)
  }
  return { dims, values }
}

/** Of a standard operator, everything known of what it reads. */
function isPlain(node: Node, dims: ReadonlyMap<string, Dims>, dtypes: ReadonlyMap<string, Dtype>): boolean {
  const read = node.inputs.filter((name) => name !== '')
  const types = [...read, ...node.outputs.filter((name) => name !== '')]
  return (
    node.domain === '' && read.every((name) => dims.has(name)) && types.every((name) => plain.has(dtypes.get(name)))
  )
}

function look(
  node: Node,
  dims: ReadonlyMap<string, Dims>,
  valueOf: (name: string) => Values | undefined,
  dtypes: ReadonlyMap<string, Dtype>,
): At {
  const name = (i: number) => node.inputs[i] ?? ''
  return {
    node,
    attributes: attributesOf(node),
    has: (i) => name(i) !== '',
    dims: (i) => dims.get(name(i)) ?? [],
    dtype: (i) => dtypes.get(name(i)),
    value: (i) => valueOf(name(i)),
  }
}

/** The elements of a constant that is small and may steer; remembered. */
function elementsOf(constant: Constant): Values | undefined {
  if (sizeOf(constant.dims) > few || !/^(int(32|64)|float(32|64)|bool)$/.test(constant.dtype)) return undefined
  const elements = remembered.get(constant) ?? [...numbers(constant.read())]
  remembered.set(constant, elements)
  return elements
}

const remembered = new WeakMap<Constant, Values>()

/** What a Constant node holds, in any of the ways to write it. */
function storedIn(graph: Graph, node: Node) {
  const [name = ''] = Object.keys(node.attributes)
  const attribute = node.attributes[name]
  switch (attribute?.type) {
    case 'tensor':
      return constantOf(graph, node.outputs[0] ?? '')
    case 'int':
      return constant(int64([], [attribute.value]))
    case 'ints':
      return constant(int64([attribute.value.length], attribute.value))
    case 'float':
      return constant(float32([], [attribute.value]))
    case 'floats':
      return constant(float32([attribute.value.length], attribute.value))
    default:
      return undefined
  }
}

/** The values as a tensor of their type. */
export function tensorOf(dtype: Dtype, dims: Dims, values: Values): Tensor | undefined {
  if (dtype === 'int64') return int64(dims, values)
  if (dtype === 'float32') return float32(dims, values)
  if (dtype === 'int32') return { dtype, dims, data: Int32Array.from(values) }
  if (dtype === 'bool') return { dtype, dims, data: Uint8Array.from(values) }
  return undefined
}
