/** Attention, rotary embeddings, quantisation and ONNX Runtime's own operators: a row an operator and form. */

import { float } from '../../src/onnx/index.ts'
import type { Input, Options, Row } from './harness.ts'

const fixed = (...dims: number[]): Input => ({ dims, batch: false })
const mask = (...dims: number[]): Input => ({ ...fixed(...dims), dtype: 'bool', data: [1, 1, 0, 1, 0, 1, 1] })

/** Q, K and V as [B, heads, length, size]. */
const four = (heads = 2, keyHeads = heads): Input[] => [
  { dims: [1, heads, 3, 4] },
  { dims: [1, keyHeads, 5, 4] },
  { dims: [1, keyHeads, 5, 2] },
]

/** Q, K and V as [B, length, heads * size]. */
const three = (heads = 2, keyHeads = heads): Input[] => [
  { dims: [1, 3, 4 * heads] },
  { dims: [1, 5, 4 * keyHeads] },
  { dims: [1, 5, 2 * keyHeads] },
]

const attention = (name: string, inputs: (Input | null)[], extra: Options & Partial<Row> = {}): Row & Options => ({
  operator: 'Attention',
  name,
  opset: 24,
  rough: true,
  inputs,
  wrt: [0, 1, 2],
  batch: true,
  ...extra,
})

const heads = (q: number, kv: number) => ({ q_num_heads: q, kv_num_heads: kv })

export const attentions: readonly (Row & Options)[] = [
  attention('plain', four(), { half: true, second: true }),
  attention('opset 23', four(), { opset: 23 }),
  attention('scale', four(), { attributes: { scale: float(0.3) } }),
  attention('three axes', three(), { attributes: heads(2, 2), half: true }),
  attention('shared key heads', four(4, 2)),
  attention('shared key heads, three axes', three(4, 2), { attributes: heads(4, 2) }),
  attention('one key head', four(3, 1), { second: true }),
  attention('float mask', [...four(), fixed(3, 5)], { wrt: [0, 1, 2, 3], second: true }),
  attention('float mask a head', [...four(4, 2), fixed(4, 3, 5)], { wrt: [0, 1, 2, 3] }),
  attention('float mask an image', [...four(), { dims: [1, 1, 3, 5] }], { wrt: [0, 1, 2, 3] }),
  attention('bool mask', [...four(), mask(3, 5)]),
  attention(
    'bool mask, a query without keys',
    [...four(), { ...mask(3, 5), data: [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1] }],
    { single: true },
  ),
  attention('causal', four(), { attributes: { is_causal: 1 } }),
  attention('causal, shared key heads, float mask', [...four(4, 2), fixed(3, 5)], {
    attributes: { is_causal: 1 },
    wrt: [0, 1, 2, 3],
  }),
  attention('softcap', four(), { attributes: { softcap: float(0.8) }, second: true }),
  attention('softcap and float mask', [...four(), fixed(3, 5)], {
    attributes: { softcap: float(0.8) },
    wrt: [0, 1, 2, 3],
  }),
  attention('softcap and bool mask', [...four(), mask(3, 5)], { attributes: { softcap: float(0.8) } }),
  attention('softcap and float mask, opset 23', [...four(), fixed(3, 5)], {
    attributes: { softcap: float(0.8) },
    wrt: [0, 1, 2, 3],
    opset: 23,
  }),
  attention('present keys and values', four(), { outputs: 3 }),
  {
    operator: 'MultiHeadAttention',
    domain: 'com.microsoft',
    name: 'three axes',
    inputs: three().map((input, i) => (i === 2 ? { dims: [1, 5, 8] } : input)),
    attributes: { num_heads: 2 },
    wrt: [0, 1, 2],
    batch: true,
  },
  {
    operator: 'MultiHeadAttention',
    domain: 'com.microsoft',
    name: 'bias and scale',
    inputs: [{ dims: [1, 3, 8] }, { dims: [1, 5, 8] }, { dims: [1, 5, 8] }, null, null, fixed(1, 2, 3, 5)],
    attributes: { num_heads: 2, scale: float(0.4) },
    wrt: [0, 1, 2],
    constants: [5],
    batch: true,
  },
  ...[0, 1].flatMap((interleaved): (Row & Options)[] => [
    {
      operator: 'RotaryEmbedding',
      name: `three axes, interleaved ${interleaved}`,
      opset: 23,
      inputs: [{ dims: [1, 3, 8] }, fixed(5, 2), fixed(5, 2), { dims: [1, 3], dtype: 'int64', data: [0, 2, 4] }],
      attributes: { interleaved, num_heads: 2 },
      batch: true,
    },
    {
      operator: 'RotaryEmbedding',
      name: `part of four axes, interleaved ${interleaved}`,
      opset: 23,
      inputs: [{ dims: [1, 2, 3, 6] }, { dims: [1, 3, 2] }, { dims: [1, 3, 2] }],
      attributes: { interleaved, rotary_embedding_dim: 4 },
      batch: true,
    },
  ]),
]

const microsoft = (
  operator: string,
  name: string,
  inputs: Input[],
  extra: Options & Partial<Row> = {},
): Row & Options => ({
  operator,
  domain: 'com.microsoft',
  name,
  inputs,
  wrt: inputs.map((_, i) => i),
  batch: true,
  ...extra,
})

const tokens: Input = { dims: [1, 3, 6] }

export const contrib: readonly (Row & Options)[] = [
  microsoft('Gelu', 'plain', [{ dims: [1, 9], range: [-4, 4] }]),
  microsoft('FastGelu', 'plain', [{ dims: [1, 9], range: [-4, 4] }], { rough: true }),
  microsoft('FastGelu', 'bias', [tokens, fixed(6)], { rough: true }),
  microsoft('BiasGelu', 'plain', [tokens, fixed(6)]),
  microsoft('QuickGelu', 'plain', [{ dims: [1, 9], range: [-4, 4] }]),
  microsoft('QuickGelu', 'alpha', [{ dims: [1, 9] }], { attributes: { alpha: float(0.8) } }),
  microsoft('SkipLayerNormalization', 'plain', [tokens, tokens, fixed(6), fixed(6), fixed(6)], {
    attributes: { epsilon: float(0.1) },
  }),
  microsoft('SkipLayerNormalization', 'sum', [tokens, tokens, fixed(6)], { outputs: 4, scored: [0, 3] }),
  microsoft('SkipSimplifiedLayerNormalization', 'plain', [tokens, tokens, fixed(6), fixed(6)], {
    attributes: { epsilon: float(0.1) },
  }),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB) =>
      microsoft(
        'FusedMatMul',
        `transA ${transA}, transB ${transB}`,
        [{ dims: [1, 2, ...(transA ? [3, 4] : [4, 3])] }, fixed(2, ...(transB ? [5, 3] : [3, 5]))],
        { attributes: { transA, transB, alpha: float(0.7) } },
      ),
    ),
  ),
]
