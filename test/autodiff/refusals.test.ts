import { describe, it } from 'vitest'
import { checkRefusal, type Row } from './harness.ts'

const image = { dims: [1, 4, 3, 2], batch: true }
const channels = { dims: [4] }
const heads = { dims: [1, 2, 3, 4], batch: true }
const whole = (...data: number[]) => ({ dims: [data.length], dtype: 'int64', data }) as const

const rows: [RegExp, Omit<Row, 'name'>][] = [
  [
    /training mode/,
    {
      operator: 'BatchNormalization',
      inputs: [image, channels, channels, channels, channels],
      attributes: { training_mode: 1 },
      outputs: 3,
      scored: [0],
    },
  ],
  [
    /training mode/,
    {
      operator: 'Dropout',
      inputs: [image, { dims: [], data: [0.5] }, { dims: [], dtype: 'bool', data: [1] }],
      constants: [1, 2],
    },
  ],
  [
    /over the batch/,
    { operator: 'LayerNormalization', inputs: [{ dims: [1, 4], batch: true }, { dims: [1] }], attributes: { axis: 0 } },
  ],
  [
    /cached keys/,
    { operator: 'Attention', opset: 24, inputs: [heads, heads, heads, null, heads, heads], outputs: 3, scored: [0] },
  ],
  [
    /padded/,
    { operator: 'Attention', opset: 24, inputs: [heads, heads, heads, null, null, null, { ...whole(2), batch: true }] },
  ],
  [
    /scores \(qk_matmul_output\)/,
    { operator: 'Attention', opset: 24, inputs: [heads, heads, heads], outputs: 4, scored: [0, 3] },
  ],
  [
    /packed, biased, padded or cached/,
    {
      operator: 'MultiHeadAttention',
      domain: 'com.microsoft',
      inputs: [{ dims: [1, 3, 8] }, { dims: [1, 3, 8] }, { dims: [1, 3, 8] }, { dims: [24] }],
      attributes: { num_heads: 2 },
    },
  ],
  [
    /mean or deviation/,
    {
      operator: 'SkipLayerNormalization',
      domain: 'com.microsoft',
      inputs: [{ dims: [1, 3, 6] }, { dims: [1, 3, 6] }, { dims: [6] }],
      outputs: 4,
      scored: [0, 1],
    },
  ],
  [
    /recurrent networks are not differentiated/,
    {
      operator: 'GRU',
      inputs: [{ dims: [3, 1, 2] }, { dims: [1, 12, 2] }, { dims: [1, 12, 4] }],
      attributes: { hidden_size: 4 },
    },
  ],
  [/matrix inverse/, { operator: 'Det', inputs: [{ dims: [1, 2, 2], batch: true }] }],
  [
    /optimiser wrote it/,
    {
      operator: 'FusedGemm',
      domain: 'com.microsoft',
      inputs: [{ dims: [2, 3] }, { dims: [3, 4] }],
      attributes: { activation: 'Relu' },
    },
  ],
]

describe('refusals say what and why', () => {
  for (const [reason, row] of rows)
    it(`${row.operator}: ${reason.source}`, () => checkRefusal({ ...row, name: 'refused' }, reason))
})
