/** Matrix products: a row an operator and form. */

import { float } from '../../src/onnx/index.ts'
import type { Input, Options, Row } from './harness.ts'

const fixed = (...dims: number[]) => ({ dims, batch: false })
const both = { wrt: [0, 1] } as const

const matMul = (name: string, a: Input, b: Input, extra: Options & Partial<Row> = {}) => ({
  operator: 'MatMul',
  name,
  inputs: [a, b],
  ...both,
  ...extra,
})

const einsum = (equation: string, ...dims: number[][]): Row & Options => ({
  operator: 'Einsum',
  name: `${equation} ${dims.map((d) => `[${d}]`).join(' ')}`,
  inputs: dims.map((d) => ({ dims: d })),
  attributes: { equation },
  wrt: dims.map((_, i) => i),
})

export const linear: readonly (Row & Options)[] = [
  matMul('matrices', { dims: [1, 3] }, fixed(3, 4), { batch: true, half: true, second: true }),
  matMul('constant weights', { dims: [1, 2, 3] }, fixed(3, 4), { batch: true, constants: [1], wrt: [0] }),
  matMul('two vectors', fixed(3), fixed(3), { second: true }),
  matMul('vector and matrix', fixed(3), fixed(3, 4)),
  matMul('matrix and vector', { dims: [1, 3] }, fixed(3), { batch: true }),
  matMul('vector and batch', fixed(3), { dims: [1, 3, 4] }, { batch: true }),
  matMul('batch and vector', { dims: [1, 4, 3] }, fixed(3), { batch: true }),
  matMul('batch and matrix', { dims: [1, 2, 2, 3] }, fixed(3, 4), { batch: true, half: true, second: true }),
  matMul('matrix and batch', fixed(2, 3), { dims: [1, 3, 4] }, { batch: true }),
  matMul('two batches', { dims: [1, 2, 2, 3] }, { dims: [1, 2, 3, 4] }, { batch: true, half: true, second: true }),
  matMul('stretched both ways', { dims: [1, 1, 2, 3] }, { dims: [2, 3, 4], batch: false }, { batch: true }),
  matMul('stretched batch', fixed(1, 2, 2, 3), { dims: [1, 1, 3, 4] }, { batch: true }),
  matMul('stretched ones', fixed(4, 1, 2, 3), fixed(1, 5, 3, 2)),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Row & Options => ({
      operator: 'Gemm',
      name: `transA ${transA}, transB ${transB}`,
      inputs: [fixed(...(transA ? [3, 2] : [2, 3])), fixed(...(transB ? [4, 3] : [3, 4])), fixed(4)],
      wrt: [0, 1, 2],
      attributes: { transA, transB, alpha: float(0.7), beta: float(-1.3) },
      half: true,
      second: [0, 1],
    })),
  ),
  { operator: 'Gemm', name: 'batch', inputs: [{ dims: [1, 3] }, fixed(3, 4), fixed(4)], wrt: [0, 1, 2], batch: true },
  {
    operator: 'Gemm',
    name: 'batch, C a column',
    inputs: [{ dims: [1, 3] }, fixed(3, 4), { dims: [1, 1] }],
    wrt: [0, 1, 2],
    batch: true,
  },
  { operator: 'Gemm', name: 'C a row', inputs: [fixed(2, 3), fixed(3, 4), fixed(1, 4)], wrt: [2] },
  { operator: 'Gemm', name: 'C a scalar', inputs: [fixed(2, 3), fixed(3, 4), fixed()], wrt: [2] },
  { operator: 'Gemm', name: 'no C', inputs: [fixed(2, 3), fixed(3, 4)], ...both },
  einsum('ij,jk->ik', [2, 3], [3, 4]),
  { ...einsum('bij,bjk->bik', [1, 2, 3], [1, 3, 4]), batch: true, half: true, second: true },
  { ...einsum('nhwc,cd->nhwd', [1, 2, 2, 3], [3, 4]), inputs: [{ dims: [1, 2, 2, 3] }, fixed(3, 4)], batch: true },
  { ...einsum('bhid,bhjd->bhij', [1, 2, 3, 2], [1, 2, 4, 2]), batch: true },
  einsum('ij->ji', [2, 3]),
  einsum('ij->i', [2, 3]),
  { ...einsum('bij->b', [1, 2, 3]), batch: true },
  einsum('ij->', [2, 3]),
  einsum('ij', [2, 3]),
  einsum('ba', [2, 3]),
  einsum('ij,jk', [2, 3], [3, 2]),
  einsum('ii->i', [3, 3]),
  einsum('ii', [3, 3]),
  einsum('iij,jk->ik', [3, 3, 2], [2, 4]),
  einsum('iji->j', [3, 2, 3]),
  einsum('i,j->ij', [2], [3]),
  einsum('i,i', [3], [3]),
  einsum('i,i,i->i', [3], [3], [3]),
  einsum('ij,jk,kl->il', [2, 3], [3, 2], [2, 4]),
  einsum('ik,jk->ij', [2, 3], [4, 3]),
  einsum('ijk,k->ij', [2, 3, 4], [4]),
  einsum('ij,kl->il', [2, 3], [2, 4]),
  einsum('...ij,...jk->...ik', [2, 2, 3], [2, 3, 4]),
  einsum('...ij,jk->...ik', [2, 5, 2, 3], [3, 4]),
  einsum('i...,i...', [2, 3], [2, 3]),
  einsum('...i->...', [2, 3, 4]),
  einsum('Ij,jK->KI', [2, 3], [3, 4]),
  einsum(' i j , j k -> i k ', [2, 3], [3, 4]),
]
