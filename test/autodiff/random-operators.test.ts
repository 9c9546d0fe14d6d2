import fc from 'fast-check'
import { describe, it } from 'vitest'
import { float } from '../../src/onnx/index.ts'
import { checkRow, type Options, type Row } from './harness.ts'

/** Random shapes and attributes against central differences; a failure prints the row. */
function holds(name: string, rows: fc.Arbitrary<Row & Options>, runs = 12) {
  it(name, () =>
    fc.assert(
      fc.asyncProperty(rows, async (row) => void (await checkRow(row))),
      { numRuns: runs, seed: 5 },
    ),
  )
}

const size = fc.integer({ min: 1, max: 3 })
const shape = (min: number, max: number) => fc.array(size, { minLength: min, maxLength: max })
const pick = fc.constantFrom

/** Two shapes that broadcast: each drops leading axes and makes some 1. */
const pair = fc
  .tuple(
    shape(1, 4),
    fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 4 }),
    fc.nat(3),
    fc.nat(3),
  )
  .map(([whole, ones, dropA, dropB]) => {
    const some = (side: 0 | 1, drop: number) =>
      whole.map((n, i) => (ones[i]?.[side] ? 1 : n)).slice(Math.min(drop, whole.length))
    return [some(0, dropA % 2 === 0 ? 0 : dropA), some(1, dropB)] as const
  })

const flag = fc.integer({ min: 0, max: 1 })

describe('random shapes and attributes', () => {
  holds(
    'arithmetic, broadcast',
    fc.tuple(pick('Add', 'Sub', 'Mul', 'Div', 'Pow'), pair).map(([operator, [a, b]]) => ({
      operator,
      name: `${a} with ${b}`,
      inputs: [
        { dims: a, range: [0.5, 2] as const },
        { dims: b, range: [0.5, 2] as const },
      ],
      wrt: [0, 1],
    })),
    20,
  )
  holds(
    'activations',
    fc
      .tuple(
        pick('Sigmoid', 'Tanh', 'Softplus', 'Mish', 'Softsign', 'Elu', 'Gelu', 'Swish', 'Erf'),
        shape(0, 4),
        fc.boolean(),
      )
      .map(([operator, dims, batch]) => ({
        operator,
        name: `${dims}`,
        opset: 24,
        inputs: [{ dims, away: [0] }],
        batch: batch && dims.length > 0,
      })),
  )
  holds(
    'softmax along an axis',
    fc.tuple(pick('Softmax', 'LogSoftmax', 'LpNormalization'), shape(1, 4), fc.nat(7)).map(([operator, dims, n]) => ({
      operator,
      name: `${dims}`,
      inputs: [{ dims: dims.map((d) => d + 1), away: [0] }],
      attributes: { axis: (n % (2 * dims.length)) - dims.length },
    })),
  )
  holds(
    'reductions',
    fc
      .tuple(
        pick('Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'),
        shape(1, 4),
        fc.uniqueArray(fc.nat(3)),
        flag,
        fc.boolean(),
      )
      .map(([kind, dims, axes, keepdims, batch]): Row => {
        const data = axes
          .filter((axis) => axis < dims.length)
          .map((axis, i) => (i % 2 === 0 ? axis : axis - dims.length))
        return {
          operator: `Reduce${kind}`,
          name: `${dims} along ${data}, keepdims ${keepdims}`,
          inputs: [
            { dims, range: [0.5, 2], distinct: true },
            { dims: [data.length], dtype: 'int64', data },
          ],
          constants: [1],
          attributes: { keepdims },
          batch,
        }
      }),
    24,
  )
  holds(
    'matrix products',
    fc.tuple(pair, size, size, size, fc.boolean()).map(([[a, b], m, k, n, batch]) => ({
      operator: 'MatMul',
      name: `${[...a, m, k]} by ${[...b, k, n]}`,
      inputs: [
        { dims: [...a, m, k], batch: false },
        { dims: [...b, k, n], batch: batch && b.length >= a.length && (a.length < b.length || a[0] === 1) },
      ],
      wrt: [0, 1],
      batch: batch && b.length >= a.length && (a.length < b.length || a[0] === 1),
    })),
  )
  holds(
    'Gemm',
    fc.tuple(size, size, size, flag, flag, fc.boolean()).map(([m, k, n, transA, transB, row]) => ({
      operator: 'Gemm',
      name: `${m}, ${k}, ${n}, transA ${transA}, transB ${transB}`,
      inputs: [{ dims: transA ? [k, m] : [m, k] }, { dims: transB ? [n, k] : [k, n] }, { dims: row ? [n] : [m, 1] }],
      attributes: { transA, transB, alpha: float(0.75), beta: float(-0.5) },
      wrt: [0, 1, 2],
    })),
    8,
  )
  holds(
    'einsum of two',
    fc
      .tuple(
        fc.shuffledSubarray([...'abcd'], { minLength: 1 }),
        fc.shuffledSubarray([...'abcd'], { minLength: 1 }),
        fc.infiniteStream(fc.boolean()),
      )
      .map(([left, right, coins]) => {
        const dims = (letters: readonly string[]) => letters.map((letter) => 'abcd'.indexOf(letter) + 2)
        const kept = [...new Set([...left, ...right])]
          .filter(() => coins.next().value as boolean)
          .sort()
          .reverse()
        const equation = `${left.join('')},${right.join('')}->${kept.join('')}`
        return {
          operator: 'Einsum',
          name: equation,
          inputs: [{ dims: dims(left) }, { dims: dims(right) }],
          attributes: { equation },
          wrt: [0, 1],
        }
      }),
  )
  holds(
    'normalisations of groups and layers',
    fc.tuple(fc.boolean(), size, size, shape(0, 2), fc.nat(3)).map(([layer, groups, each, pixels, n]): Row => {
      const dims = [2, groups * each, ...pixels.map((p) => p + 1)]
      if (!layer)
        return {
          operator: 'GroupNormalization',
          name: `${dims} in ${groups}`,
          opset: 21,
          inputs: [{ dims: [...dims, 2] }, { dims: [groups * each] }, { dims: [groups * each] }],
          attributes: { num_groups: groups, epsilon: float(0.125) },
          wrt: [0, 1, 2],
          single: true,
        }
      const axis = 1 + (n % (dims.length - 1))
      const tail = dims.slice(axis)
      return {
        operator: 'LayerNormalization',
        name: `${dims} from ${axis}`,
        inputs: [
          { dims: [...dims.slice(0, -1), (dims.at(-1) as number) + 1] },
          { dims: [...tail.slice(0, -1), (tail.at(-1) as number) + 1] },
        ],
        attributes: { axis, epsilon: float(0.125) },
        wrt: [0, 1],
        rough: true,
      }
    }),
  )
  holds(
    'attention',
    fc
      .tuple(size, pick(1, 2), size, size, flag, fc.boolean(), fc.boolean())
      .map(([kv, share, queries, keys, causal, masked, flat]): Row & Options => {
        const heads = kv * share
        const of = (count: number, length: number, width: number) =>
          flat ? { dims: [1, length, count * width] } : { dims: [1, count, length, width] }
        const mask = masked ? [{ dims: [queries, keys], batch: false }] : []
        return {
          operator: 'Attention',
          name: `${heads} heads on ${kv}, ${queries} queries, ${keys} keys, causal ${causal}, mask ${masked}, flat ${flat}`,
          opset: 24,
          inputs: [of(heads, queries, 4), of(kv, keys, 4), of(kv, keys, 3), ...mask],
          attributes: { is_causal: causal, ...(flat ? { q_num_heads: heads, kv_num_heads: kv } : {}) },
          wrt: [0, 1, 2],
          zero: true,
          batch: true,
          rough: true,
        }
      }),
  )
})
