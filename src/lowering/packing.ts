/**
 * ONNX Runtime holds every constant that is the right factor of a product a second time, packed as it multiplies fastest. That pays
 * where many rows are multiplied with it; for one row an image a packed matrix is read as slowly as the weight itself.
 */

import { type Constant, consumers, type Graph, type Measured } from '../onnx/index.ts'
import { sizeOf } from '../tensor/index.ts'

/** Whether most of a model's numbers are multiplied with many rows, or by convolutions. */
export function packingPays(graph: Graph, measured: Measured): boolean {
  let [all, single] = [0, 0]
  for (const [name, constant] of graph.constants) {
    const size = sizeOf(constant.dims)
    all += size
    if (meetsOneRow(name, constant, graph, measured)) single += size
  }
  return 2 * single < all
}

/** Whether the forward pass multiplies one row an image with this matrix. */
export function meetsOneRow(name: string, { dims }: Constant, graph: Graph, { shapes }: Measured): boolean {
  const readers = dims.length === 2 ? (consumers(graph).get(name) ?? []) : []
  return readers.some(({ op, inputs: [left = '', right] }) => {
    const rows = shapes.get(left)
    const product = (op === 'Gemm' || op === 'MatMul') && right === name
    return product && rows?.dims.length === 2 && rows.dims[0] === 1 && rows.batch[0] === true
  })
}
