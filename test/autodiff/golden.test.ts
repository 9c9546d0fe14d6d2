import { describe, expect, it } from 'vitest'
import { float, printNode } from '../../src/onnx/index.ts'
import { differentiated, type Row } from './harness.ts'

const image = { dims: [1, 3, 4, 4], batch: true }

/** What the rules write, node by node: read it as one reads a derivation. */
const rows: Record<string, Row> = {
  'mul-broadcast': { operator: 'Mul', name: '', inputs: [image, { dims: [3, 1, 1] }], wrt: [0, 1] },
  relu: { operator: 'Relu', name: '', inputs: [image] },
  'hard-swish': { operator: 'HardSwish', name: '', inputs: [image] },
  gelu: { operator: 'Gelu', name: '', opset: 20, inputs: [image] },
  softmax: { operator: 'Softmax', name: '', inputs: [{ dims: [1, 10], batch: true }] },
  'batch-normalization': {
    operator: 'BatchNormalization',
    name: '',
    inputs: [image, { dims: [3] }, { dims: [3] }, { dims: [3] }, { dims: [3] }],
    constants: [1, 2, 3, 4],
  },
  'layer-normalization': {
    operator: 'LayerNormalization',
    name: '',
    inputs: [{ dims: [1, 5, 8], batch: true }, { dims: [8] }],
    constants: [1],
  },
  'reduce-max': {
    operator: 'ReduceMax',
    name: '',
    inputs: [image, { dims: [2], dtype: 'int64', data: [2, 3] }],
    constants: [1],
  },
  gemm: {
    operator: 'Gemm',
    name: '',
    inputs: [{ dims: [1, 3], batch: true }, { dims: [4, 3] }, { dims: [4] }],
    constants: [1, 2],
    attributes: { transB: 1, alpha: float(0.5) },
  },
  attention: {
    operator: 'Attention',
    name: '',
    opset: 23,
    inputs: [1, 2, 3].map(() => ({ dims: [1, 2, 5, 4], batch: true })),
    wrt: [0, 1, 2],
  },
}

describe('the printed gradient', () => {
  for (const [name, row] of Object.entries(rows))
    it(name, async () => {
      const { nodes } = await differentiated(row)
      const own = nodes.filter((node) => node.name.startsWith(`gradient/${row.operator}/`))
      await expect(`${own.map(printNode).join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`)
    })
})
