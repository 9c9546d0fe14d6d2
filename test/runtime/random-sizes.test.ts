/** Sizes and attributes at random, many of which do not fit together: inferred is only what ONNX Runtime makes of them. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toAttribute } from '../../src/onnx/attributes.ts'
import { type Attributes, type Model, valueDtypes } from '../../src/onnx/index.ts'
import type { Feeds } from '../../src/platform/index.ts'
import { readValues } from '../../src/runtime/index.ts'
import { infer } from '../../src/runtime/inference/index.ts'
import { float32, int64, type Tensor } from '../../src/tensor/index.ts'
import { model } from '../autodiff/row.ts'

const size = fc.integer({ min: 1, max: 6 })
const few = (most: number, least = 1) => fc.array(size, { minLength: least, maxLength: most })
const axis = fc.integer({ min: -3, max: 3 })
const step = fc.integer({ min: 1, max: 3 })
const pads = (n: number) => fc.array(fc.integer({ min: 0, max: 2 }), { minLength: n, maxLength: n })

interface Case {
  readonly op: string
  readonly shapes: readonly (readonly number[])[]
  /** What steers: initializers behind the inputs; null is left out. */
  readonly steering?: readonly (readonly number[] | null)[]
  readonly attributes?: Attributes
  readonly outputs?: number
}

const window = fc.record(
  {
    strides: fc.tuple(step, step),
    dilations: fc.tuple(step, step),
    pads: pads(4),
    auto_pad: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Attributes>

const cases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  Conv: fc
    .record({
      n: size,
      c: fc.constantFrom(2, 4),
      group: fc.constantFrom(1, 2),
      space: fc.tuple(size, size),
      window,
      k: step,
    })
    .map(({ n, c, group, space, window, k }) => ({
      op: 'Conv',
      shapes: [
        [n, c, ...space],
        [2, 2, k, 2],
      ],
      attributes: { ...window, group },
    })),
  pools: fc
    .record({
      op: fc.constantFrom('MaxPool', 'AveragePool'),
      space: fc.tuple(size, size),
      window,
      ceil_mode: fc.nat(1),
      k: step,
    })
    .map(({ op, space, window: { dilations, ...rest }, ceil_mode, k }) => ({
      op,
      shapes: [[1, 2, ...space]],
      // Average pools dilate from opset 19 on.
      attributes: { ...rest, ...(dilations && op === 'MaxPool' ? { dilations } : {}), kernel_shape: [k, 2], ceil_mode },
    })),
  ConvTranspose: fc
    .record({ c: fc.constantFrom(2, 3), space: fc.tuple(size, size), strides: fc.tuple(step, step), pads: pads(4) })
    .map(({ c, space, ...attributes }) => ({
      op: 'ConvTranspose',
      shapes: [
        [1, c, ...space],
        [2, 1, 3, 2],
      ],
      attributes,
    })),
  meeting: fc
    .record({ op: fc.constantFrom('Add', 'MatMul', 'PRelu', 'Max', 'Gemm'), a: few(3), b: few(3) })
    .map(({ op, a, b }) => ({ op, shapes: [a, b] })),
  Gemm: fc
    .record({ a: fc.tuple(step, step), b: fc.tuple(step, step), c: few(2), transA: fc.nat(1), transB: fc.nat(1) })
    .map(({ a, b, c, ...attributes }) => ({ op: 'Gemm', shapes: [a, b, c], attributes })),
  Reshape: fc
    .record({
      from: few(3),
      to: fc.array(fc.constantFrom(-1, 0, 1, 2, 3, 4, 6), { maxLength: 4 }),
      allowzero: fc.nat(1),
    })
    .map(({ from, to, allowzero }) => ({ op: 'Reshape', shapes: [from], steering: [to], attributes: { allowzero } })),
  Slice: fc
    .record({
      from: few(3),
      at: fc.integer({ min: -8, max: 8 }),
      end: fc.integer({ min: -8, max: 8 }),
      axis,
      step: axis,
    })
    .filter((c) => c.step !== 0)
    .map(({ from, at, end, axis, step }) => ({ op: 'Slice', shapes: [from], steering: [[at], [end], [axis], [step]] })),
  Pad: fc
    .record({ from: few(2), by: fc.array(axis, { minLength: 2, maxLength: 4 }), axis: fc.option(axis) })
    .map(({ from, by, axis }) => ({ op: 'Pad', shapes: [from], steering: [by, null, axis === null ? null : [axis]] })),
  Concat: fc
    .record({ a: few(3), b: few(3), axis })
    .map(({ a, b, axis }) => ({ op: 'Concat', shapes: [a, b], attributes: { axis } })),
  Split: fc
    .record({ from: few(3), axis, sizes: fc.option(few(3)), outputs: step })
    .map(({ from, axis, sizes, outputs }) => ({
      op: 'Split',
      shapes: [from],
      steering: sizes ? [sizes] : [],
      attributes: { axis, ...(sizes ? {} : { num_outputs: outputs }) },
      outputs,
    })),
  'sized by a value': fc
    .record({
      op: fc.constantFrom('Expand', 'Tile', 'Squeeze', 'Unsqueeze', 'ReduceMean', 'ReduceMax'),
      a: few(3),
      by: fc.array(axis, { maxLength: 3 }),
    })
    .filter(({ op, by }) => !['Expand', 'Tile'].includes(op) || by.every((dim) => dim > 0))
    .map(({ op, a, by }) => ({ op, shapes: [a], steering: [by] })),
  Resize: fc
    .record({
      a: fc.tuple(step, step, size, size),
      scales: fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { minLength: 3, maxLength: 4 }),
    })
    .map(({ a, scales }) => ({ op: 'Resize', shapes: [a], steering: [null, [1, ...scales.slice(1)]] })),
  'along axes': fc
    .record({
      op: fc.constantFrom(
        'Transpose',
        'Flatten',
        'ArgMax',
        'Softmax',
        'DepthToSpace',
        'SpaceToDepth',
        'Shape',
        'GlobalAveragePool',
      ),
      a: few(4),
      perm: fc.array(axis, { minLength: 3, maxLength: 3 }),
      axis,
    })
    .map(({ op, a, perm, axis }): Case => {
      const [end = 0] = perm
      const own: Readonly<Record<string, Attributes>> = {
        Transpose: { perm },
        DepthToSpace: { blocksize: 2 },
        SpaceToDepth: { blocksize: 2 },
        Shape: { start: axis, end },
        GlobalAveragePool: {},
      }
      return { op, shapes: [a], attributes: own[op] ?? { axis } }
    }),
  gathering: fc
    .record({ op: fc.constantFrom('Gather', 'GatherElements', 'GatherND'), a: few(3), of: few(3), axis })
    .map(
      ({ op, a, of, axis }): Case => ({
        op,
        shapes: [a],
        steering: [Array.from({ length: of.reduce((x, y) => x * y, 1) }, () => 0), of],
        attributes: { [op === 'GatherND' ? 'batch_dims' : 'axis']: op === 'GatherND' ? Number(axis > 0) : axis },
      }),
    ),
}

function made({ op, shapes, steering = [], attributes = {}, outputs = 1 }: Case): { model: Model; feeds: Feeds } {
  const feeds = new Map<string, Tensor>(
    shapes.map((dims, i) => [`x${i}`, float32(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)))]),
  )
  const gathers = op.startsWith('Gather')
  const given = gathers ? [steering[0] as number[]] : steering
  const constants = new Map(
    given.flatMap((data, i) => {
      if (!data) return []
      const dims = gathers ? (steering[1] as number[]) : [data.length]
      const stored: Tensor = op === 'Resize' ? float32(dims, data) : int64(dims, data)
      return [[`s${i}`, { dtype: stored.dtype, dims, read: () => stored }] as const]
    }),
  )
  const node = {
    op,
    domain: '',
    name: 'n',
    inputs: [...feeds.keys(), ...given.map((data, i) => (data ? `s${i}` : ''))],
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)])),
  }
  const inputs = [...feeds].map(([name, { dims }]) => ({
    name,
    dtype: 'float32' as const,
    shape: dims.map(() => null),
  }))
  const graph = { name: 'g', inputs, outputs: [], nodes: [node], constants, valueTypes: new Map() }
  return { model: model(graph), feeds: Object.fromEntries(feeds) }
}

const runs = { seed: Number(process.env.FOVEA_SEED ?? 5), numRuns: Number(process.env.FOVEA_RUNS ?? 80) }

it.each(Object.entries(cases))('%s', async (_, arbitrary) => {
  let [inferred, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(arbitrary, async (drawn) => {
      const { model, feeds } = made(drawn)
      const dtypes = valueDtypes(model.graph)
      const { dims } = infer(model.graph, dtypes, new Map(Object.entries(feeds).map(([name, t]) => [name, t.dims])))
      const names = model.graph.nodes.flatMap((node) => node.outputs)
      const options = { optimization: 'disabled', threads: 1 } as const
      const real = await readValues(model, feeds, names, options).catch(() => undefined)
      for (const name of names) {
        if (real && dims.has(name)) inferred++
        if (!real) refused++
        if (dims.has(name)) expect(dims.get(name)).toEqual(real?.[name]?.dims)
      }
    }),
    runs,
  )
  expect(inferred, 'both cases occur').toBeGreaterThan(3)
  expect(refused, 'both cases occur').toBeGreaterThan(0)
})
