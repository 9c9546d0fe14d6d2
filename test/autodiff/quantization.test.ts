import { describe, expect, it } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { Builder, type Graph, type Ops, type Value, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { float32, numbers, random, sizeOf, type Tensor, tensor } from '../../src/tensor/index.ts'
import { model } from './row.ts'

const empty: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

/** The gradient at x of the sum of y(x) times waves. */
async function gradientAt(dims: number[], data: readonly number[], y: (op: Ops, x: Value, builder: Builder) => Value) {
  const builder = new Builder(empty)
  const x = builder.input('x', 'float32', ['N', ...dims.slice(1)])
  const { op } = builder
  const result = builder.named('Identity', 'y', y(op, x, builder))
  const graph = builder.finish([
    builder.named('ReduceSum', 'score', op.Mul(result, op.Sin(op.Mul(result, 3))), { keepdims: 0 }),
    result,
  ])
  const made = model(graph, 21)
  const feeds = { x: float32(dims, data) }
  const measured = await probe(made, { feeds })
  const differentiated = differentiate(graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  await using program = await openProgram(withGraph(made, differentiated), { threads: 1, optimization: 'disabled' })
  const results = await program.run(feeds)
  return { at: Array.from(numbers(results[gradientName('x')] as Tensor)), y: Array.from(numbers(results.y as Tensor)) }
}

/** d (y sin 3y) / dy */
const slope = (y: number) => Math.sin(3 * y) + 3 * y * Math.cos(3 * y)

const noise = (dims: number[], range = 3) =>
  Array.from({ length: sizeOf(dims) }, (_, i) => (2 * random(3).uniform(i) - 1) * range)
const byte = (values: readonly number[]) => tensor('int8', [values.length], Int8Array.from(values))
const close = (found: readonly number[], expected: readonly number[]) => {
  expect(found.length).toBe(expected.length)
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 4)
  })
}

describe('quantisation goes straight through', () => {
  it('inside of the codes, and not outside', async () => {
    const data = noise([2, 9], 4)
    const found = await gradientAt([2, 9], data, (op, x, builder) => {
      const [scale, zero] = [
        builder.scalar(0.02),
        builder.constant({ dtype: 'int8', dims: [], data: Int8Array.of(10) }),
      ]
      return op.DequantizeLinear(op.QuantizeLinear(x, scale, zero), scale, zero)
    })
    const inside = (v: number) => Math.round(v / 0.02) + 10 >= -128 && Math.round(v / 0.02) + 10 <= 127
    expect(data.filter(inside).length).toBeGreaterThan(4)
    expect(data.filter((v) => !inside(v)).length).toBeGreaterThan(4)
    close(
      found.at,
      data.map((v, i) => (inside(v) ? slope(found.y[i] as number) : 0)),
    )
  })

  it('with a scale for each channel', async () => {
    const dims = [2, 3, 4]
    const data = noise(dims, 2)
    const scales = [0.01, 0.05, 0.03]
    const found = await gradientAt(dims, data, (op, x, builder) => {
      const [scale, zero] = [builder.constant(float32([3], scales)), builder.constant(byte([0, 5, -9]))]
      return op.DequantizeLinear(op.QuantizeLinear(x, scale, zero, { axis: 1 }), scale, zero, { axis: -2 })
    })
    const bounds = scales.map(
      (s, c) => [(-128 - ([0, 5, -9][c] as number)) * s, (127 - ([0, 5, -9][c] as number)) * s] as const,
    )
    const expected = data.map((v, i) => {
      const [low, high] = bounds[Math.floor(i / 4) % 3] as readonly [number, number]
      return v > low && v < high ? slope(found.y[i] as number) : 0
    })
    expect(expected).toContain(0)
    close(found.at, expected)
  })

  it('with a range that follows the tensor', async () => {
    const found = await gradientAt([1, 6], noise([1, 6]), (op, x) => {
      const [codes, scale, zero] = op.many('DynamicQuantizeLinear', 3, x) as [Value, Value, Value]
      return op.DequantizeLinear(codes, scale, zero)
    })
    close(found.at, found.y.map(slope))
  })

  it('through a product of integers', async () => {
    const weights = [1, -2, 3, 4, 5, -6]
    const found = await gradientAt([2, 3], noise([2, 3]), (op, x, builder) => {
      const [codes, scale, zero] = op.many('DynamicQuantizeLinear', 3, x) as [Value, Value, Value]
      const matrix = builder.constant({ dtype: 'int8', dims: [3, 2], data: Int8Array.from(weights) })
      const whole = op.MatMulInteger(codes, matrix, zero, builder.constant(byte([1, -1])))
      return op.Mul(op.Cast(whole, { to: 1 }), op.Mul(scale, 0.1))
    })
    const real = weights.map((w, i) => (w - (i % 2 === 0 ? 1 : -1)) * 0.1)
    const expected = [0, 1].flatMap((row) =>
      [0, 1, 2].map((k) => {
        const y = found.y.slice(2 * row, 2 * row + 2) as [number, number]
        return slope(y[0]) * (real[2 * k] as number) + slope(y[1]) * (real[2 * k + 1] as number)
      }),
    )
    close(found.at, expected)
  })

  it('through a convolution of integers', async () => {
    const dims = [2, 2, 4, 4]
    const weights = tensor(
      'uint8',
      [3, 2, 3, 3],
      Uint8Array.from({ length: 54 }, (_, i) => (i * 37) % 250),
    )
    const compiled = (integers: boolean) =>
      gradientAt(dims, noise(dims), (op, x, builder) => {
        const [codes, scale, zero] = op.many('DynamicQuantizeLinear', 3, x) as [Value, Value, Value]
        const attributes = { pads: [1, 1, 1, 1] }
        const w = builder.constant(weights)
        const offset = builder.constant({ dtype: 'uint8', dims: [], data: Uint8Array.of(100) })
        const y = integers
          ? op.Mul(op.Cast(op.ConvInteger(codes, w, zero, offset, attributes), { to: 1 }), scale)
          : op.Conv(
              op.DequantizeLinear(codes, scale, zero),
              op.DequantizeLinear(w, builder.scalar(1), offset),
              attributes,
            )
        return op.Mul(y, 0.002)
      })
    const [real, whole] = [await compiled(false), await compiled(true)]
    close(whole.y, real.y)
    close(whole.at, real.at)
  })
})
