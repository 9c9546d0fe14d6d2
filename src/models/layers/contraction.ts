/** Operators that sum, or otherwise mix, along axes: matrix products, reductions, attention. */

import { fromFront } from '../../onnx/index.ts'
import { meet, mix, pair } from './mixing.ts'
import { type Operator, type Rule } from './operator.ts'
import { everywhere, isLocated, nowhere, type Positions, padded, permute } from './positions.ts'

/** One operand of a product, mixed along the axes that are summed and laid out as the result is. */
type Operand = Positions | undefined

function product(a: Operand, b: Operand, rank: number): Positions[] {
  if (a && b) return [pair(a, b, rank)]
  const one = (a ?? b) as Positions
  return [{ ...one, dims: padded(one.dims, rank), pairs: false }]
}

const matMul: Rule = ({ x, from, to }) => {
  const rank = Math.max(from(0).length, from(1).length)
  if (from(0).length < 2 || from(1).length < 2 || rank !== to(0).length) return undefined
  return product(along(x(0), rank, rank - 1), along(x(1), rank, rank - 2), rank)
}

function along(operand: Operand, rank: number, axis: number): Operand {
  return operand && mix({ ...operand, dims: padded(operand.dims, rank) }, [axis])
}

const gemm: Rule = ({ x, attributes }) => {
  const turned = (i: number, name: string) => {
    const operand = x(i)
    return operand && attributes.int(name, 0) === 1 ? permute(operand, [1, 0]) : operand
  }
  const [a, b] = [turned(0, 'transA'), turned(1, 'transB')]
  const result = a || b ? product(along(a, 2, 1), along(b, 2, 0), 2) : []
  return [meet([...result, ...(x(2) ? [x(2) as Positions] : [])], 2)]
}

const einsum: Rule = ({ x, attributes, node }) => {
  const [left = '', right] = attributes.string('equation', '').replaceAll(' ', '').split('->')
  if (right === undefined || left.includes('.')) return undefined
  const operands = left.split(',').map((labels, i): Operand => {
    const operand = x(i)
    if (!operand) return undefined
    const all = [...labels]
    const summed = all.flatMap((label, axis) => (right.includes(label) ? [] : [axis]))
    const mixed = mix(operand, summed)
    const kept = [...right].filter((label) => all.includes(label))
    const sorted = permute(mixed, [...kept.map((label) => all.indexOf(label)), ...summed])
    return {
      ...sorted,
      dims: [...right].map((label) => (kept.includes(label) ? (sorted.dims[kept.indexOf(label)] as number) : 1)),
    }
  })
  if (node.inputs.length > 2) return undefined
  return product(operands[0], operands[1], right.length)
}

const reduction: Rule = ({ x, integers, attributes, from, to, node }) => {
  if (!x(0)) return undefined
  const rank = from(0).length
  const given = integers(1)?.length ? integers(1) : node.inputs[1] ? undefined : []
  const axes = node.op.startsWith('Arg') ? [attributes.int('axis', 0)] : given
  if (!axes) return undefined
  const all = axes.length > 0 ? axes.map((axis) => fromFront(axis, rank)) : [...from(0).keys()]
  if (axes.length === 0 && attributes.int('noop_with_empty_axes', 0) === 1) return [x(0)]
  const mixed = mix(x(0) as Positions, all)
  if (to(0).length === rank) return [mixed]
  return [{ ...mixed, dims: mixed.dims.filter((_, axis) => !all.includes(axis)) }]
}

/** The global pools: over all axes behind the channels. */
const globalPool: Rule = ({ x, from }) => [mix(x(0) as Positions, [...from(0).keys()].slice(2))]

/** Attention as one operator: the result lies where its query does, and depends on all of the keys. */
const attention: Rule = ({ x, to, from }: Operator) => {
  const query = x(0)
  if (!query || query.dims.length !== to(0).length) return undefined
  const rank = to(0).length
  const own = mix(query, from(0).at(-1) === to(0).at(-1) ? [] : [rank - 1])
  const codes = own.codes.map((code) => (code === nowhere ? everywhere : code))
  const field = own.field && { ...own.field, size: undefined }
  return isLocated(own) ? [{ ...own, codes, field }] : undefined
}

const reductions = 'Mean Sum Max Min Prod L1 L2 SumSquare LogSum LogSumExp'.split(' ').map((name) => `Reduce${name}`)

export const contraction: Readonly<Record<string, Rule>> = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  ...Object.fromEntries([...reductions, 'ArgMax', 'ArgMin'].map((name) => [name, reduction])),
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  Attention: attention,
  'com.microsoft:Attention': attention,
  'com.microsoft:MultiHeadAttention': attention,
}
