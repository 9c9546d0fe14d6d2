/** An upper bound on how many elements a node computes from constants, before anything is computed. */

import { numbers } from '../../tensor/index.ts'
import { attributesOf, fromFront } from '../attributes.ts'
import type { Constant, Node } from '../graph.ts'

/** At most `most` elements; the exact shape where it is known. */
export interface Size {
  readonly most: number
  readonly dims?: readonly number[]
}

export const sizeOfStored = (dims: readonly number[]): Size => ({ most: product(dims), dims })

const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1)
const words = (text: string) => new Set(text.split(' '))

const elementwise = words(
  'Add And BitwiseAnd BitwiseOr BitwiseXor BitShift Cast CastLike Clip Div Equal Exp Greater GreaterOrEqual Identity Less ' +
    'LessOrEqual Log Max Mean Min Mod Mul Neg Not Or Pow Reciprocal Sqrt Sub Sum Where Xor Abs Ceil Floor Round Sigmoid Tanh',
)
/** Operators that cannot make more elements than their first input has. */
const shrinking = words('Reshape Flatten Squeeze Unsqueeze Slice Split Transpose Shape Size ScatterElements ScatterND')
/** Operators whose output's size is a value, not a shape: known only when that value is stored. */
const growing = words(
  'Expand Tile ConstantOfShape Range Resize Upsample Pad OneHot CenterCropPad Col2Im MaxUnpool ConvTranspose AffineGrid ' +
    'HannWindow HammingWindow BlackmanWindow MelWeightMatrix DFT STFT RoiAlign TfIdfVectorizer StringSplit',
)

/** @param stored the constant that an input is, if it is one */
export function largest(node: Node, inputs: readonly Size[], stored: (name: string) => Constant | undefined): Size {
  const [first = { most: Number.POSITIVE_INFINITY }] = inputs
  if (node.op === 'Shape' || node.op === 'Size') return { most: Math.max(1, first.dims?.length ?? 8) }
  if (elementwise.has(node.op)) return broadcast(inputs)
  if (node.op === 'Transpose') return { most: first.most }
  if (shrinking.has(node.op)) return { most: Math.max(1, first.most) }
  if (node.op.startsWith('Reduce')) return { most: Math.max(1, first.most) }
  if (node.op === 'Concat') return { most: inputs.reduce((sum, { most }) => sum + most, 0) }
  if (node.op === 'Gather' && first.dims) return { most: gathered(node, first.dims, inputs[1]?.most ?? 1) }
  if (growing.has(node.op)) return { most: grown(node, first, stored) }
  return { most: product(inputs.map(({ most }) => Math.max(1, most))) }
}

/** One slice of the data per index. */
function gathered(node: Node, dims: readonly number[], indices: number): number {
  const axis = attributesOf(node).int('axis', 0)
  const along = dims[fromFront(axis, dims.length)] ?? 1
  return along === 0 ? 0 : (product(dims) / along) * indices
}

function broadcast(inputs: readonly Size[]): Size {
  const shapes = inputs.map(({ dims }) => dims)
  if (shapes.includes(undefined)) return { most: product(inputs.map(({ most }) => Math.max(1, most))) }
  const rank = Math.max(...shapes.map((dims) => dims?.length ?? 0))
  const dims = Array.from({ length: rank }, (_, i) =>
    Math.max(...shapes.map((shape) => shape?.[shape.length - rank + i] ?? 1)),
  )
  return { most: product(dims), dims }
}

function grown(node: Node, first: Size, stored: (name: string) => Constant | undefined): number {
  const values = (index: number): number[] | undefined => {
    const constant = stored(node.inputs[index] ?? '')
    return constant && product(constant.dims) <= 64 ? [...numbers(constant.read())] : undefined
  }
  const unknown = Number.POSITIVE_INFINITY
  const amount = (list: number[] | undefined) => (list ? product(list.map((value) => Math.max(1, value))) : unknown)
  switch (node.op) {
    case 'ConstantOfShape':
      return amount(values(0))
    case 'Expand':
    case 'Tile':
      return Math.max(1, first.most) * amount(values(1))
    case 'Range': {
      const [start, limit, delta] = [values(0)?.[0], values(1)?.[0], values(2)?.[0]]
      if (start === undefined || limit === undefined || !delta) return unknown
      return Math.max(0, Math.ceil((limit - start) / delta))
    }
    default:
      return unknown
  }
}
