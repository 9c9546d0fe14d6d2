/** Nodes that are differentiated as one function, against their parts one by one. */

import { describe, expect, test } from 'vitest'
import { differentiate, gradient, gradientName, type RuleSet } from '../../src/autodiff/index.ts'
import { attributesOf, Builder, type Graph, type Ops, type Value, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { int64, numbers, type Tensor, tensor } from '../../src/tensor/index.ts'
import { model } from './row.ts'

/** The gradient without one group. */
const without = (group: string): RuleSet =>
  Object.fromEntries(Object.entries(gradient).filter(([key]) => key !== group))

const x = tensor(
  'float64',
  [1, 12],
  Float64Array.from({ length: 12 }, (_, i) => 1.7 * i - 9.1),
)

const empty: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

function graphOf(write: (op: Ops, x: Value, builder: Builder) => Value): Graph {
  const inputs = [{ name: 'x', dtype: 'float64' as const, shape: ['N', 12] }]
  const builder = new Builder({ ...empty, inputs })
  const { op } = builder
  const weighted = op.Mul(
    write(op, builder.value('x'), builder),
    builder.constant(
      tensor(
        'float64',
        [12],
        Float64Array.from({ length: 12 }, (_, i) => Math.cos(i)),
      ),
    ),
  )
  builder.named('ReduceSum', 'score', weighted, [1], { keepdims: 0 })
  return builder.finish([builder.value('score')])
}

/** The sum of what is written, each element with its own weight. */
function scored(write: (op: Ops, x: Value) => Value): Graph {
  const inputs = [{ name: 'x', dtype: 'float32' as const, shape: ['N', 12] }]
  const builder = new Builder({ ...empty, inputs })
  const { op } = builder
  const flat = op.Flatten(write(op, builder.value('x')), { axis: 1 })
  const places = op.Cast(
    op.Range(
      op.Cast(1, { to: 7 }),
      op.Cast(op.Add(op.Squeeze(op.Shape(flat, { start: 1 })), 1), { to: 7 }),
      op.Cast(1, { to: 7 }),
    ),
    { to: 1 },
  )
  builder.named('ReduceSum', 'score', op.Mul(flat, places), [1], { keepdims: 0 })
  return builder.finish([builder.value('score')])
}

async function gradientOf(graph: Graph, rules: RuleSet, image: Tensor = x) {
  const feeds = { x: image }
  const measured = await probe(model(graph), { feeds })
  const whole = differentiate(graph, { objective: 'score', wrt: ['x'], rules, measured })
  await using program = await openProgram(withGraph(model(graph), whole), { optimization: 'disabled', threads: 1 })
  const answers = await program.run(feeds)
  const operators = whole.nodes.map(({ op }) => op)
  return { operators, values: [...numbers(answers[gradientName('x')] as Tensor)] }
}

describe('Swish', () => {
  test.each([
    ['x s', (op: Ops, value: Value) => op.Mul(value, op.Sigmoid(value))],
    ['s x', (op: Ops, value: Value) => op.Mul(op.Sigmoid(value), value)],
  ])('%s: fewer nodes, and the closed form', async (_, write) => {
    const together = await gradientOf(graphOf(write), gradient)
    const parts = await gradientOf(graphOf(write), without('fovea:Swish'))
    expect(together.operators.length).toBeLessThan(parts.operators.length)
    numbers(x).forEach((value, i) => {
      const s = 1 / (1 + Math.exp(-value))
      const slope = Math.cos(i) * (s + value * s * (1 - s))
      // Double precision: a few roundings of numbers below 10.
      expect(Math.abs((together.values[i] as number) - slope)).toBeLessThan(1e-14)
      expect(Math.abs((parts.values[i] as number) - slope)).toBeLessThan(1e-14)
    })
  })

  test.each([
    ['the gate is used again', gradient, (op: Ops, v: Value) => ((s) => op.Add(op.Mul(v, s), s))(op.Sigmoid(v))],
    ['the gate is of another value', gradient, (op: Ops, v: Value) => op.Mul(v, op.Sigmoid(op.Neg(v)))],
    [
      'the rule set has a rule of its own',
      { ...gradient, Sigmoid: gradient.Tanh } as RuleSet,
      (op: Ops, v: Value) => op.Mul(v, op.Sigmoid(v)),
    ],
  ])('not where %s', async (_, rules, write) => {
    const { 'fovea:Swish': __, ...parts } = rules
    const graph = graphOf(write)
    expect(await gradientOf(graph, rules)).toEqual(await gradientOf(graph, parts))
  })
})

describe('Gelu', () => {
  const near = tensor(
    'float32',
    [1, 12],
    Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 2),
  )
  const risen = (op: Ops, value: Value) => op.Add(op.Erf(op.Div(value, Math.SQRT2)), 1)
  test.each([
    ['(x r) / 2', (op: Ops, v: Value) => op.Mul(op.Mul(v, risen(op, v)), 0.5)],
    ['(x / 2) r', (op: Ops, v: Value) => op.Mul(op.Mul(v, 0.5), risen(op, v))],
    ['(r / 2) x', (op: Ops, v: Value) => op.Mul(op.Mul(0.5, risen(op, v)), v)],
    ['of a sum', (op: Ops, v: Value) => ((w) => op.Mul(op.Mul(w, risen(op, w)), 0.5))(op.Add(v, 0.25))],
    [
      'x scaled by a product',
      (op: Ops, v: Value) => op.Mul(op.Mul(v, op.Add(1, op.Erf(op.Mul(v, Math.SQRT1_2)))), 0.5),
    ],
  ])('%s: fewer nodes, the same gradient', async (_, write) => {
    const together = await gradientOf(scored(write), gradient, near)
    const parts = await gradientOf(scored(write), without('fovea:Gelu'), near)
    expect(together.operators.length).toBeLessThan(parts.operators.length)
    // Weights up to 12, a few roundings.
    together.values.forEach((value, i) => {
      expect(Math.abs(value - (parts.values[i] as number))).toBeLessThan(12 * 8 * 2 ** -24)
    })
  })

  test.each([
    ['the sum is used again', (op: Ops, v: Value) => ((r) => op.Add(op.Mul(op.Mul(v, r), 0.5), r))(risen(op, v))],
    [
      'another number is added',
      (op: Ops, v: Value) => op.Mul(op.Mul(v, op.Add(op.Erf(op.Div(v, Math.SQRT2)), 2)), 0.5),
    ],
    ['another number scales', (op: Ops, v: Value) => op.Mul(op.Mul(v, op.Add(op.Erf(op.Div(v, 1.5)), 1)), 0.5)],
  ])('not where %s', async (_, write) => {
    const graph = scored(write)
    expect(await gradientOf(graph, gradient, near)).toEqual(await gradientOf(graph, without('fovea:Gelu'), near))
  })
})

describe('Parts', () => {
  const far = 2 ** 31 - 1
  test.each([
    [
      'rolled',
      (op: Ops, v: Value) => op.Concat(op.Slice(v, [-5], [far], [1]), op.Slice(v, [0], [-5], [1]), { axis: 1 }),
    ],
    [
      'of three, one is not used',
      (op: Ops, v: Value) => {
        const [a, , c] = [0, 4, 8].map((from) => op.Slice(v, [from], [from + 4], [1])) as [Value, Value, Value]
        return op.Concat(a, op.Mul(a, c), c, { axis: 1 })
      },
    ],
    [
      'rows by Gather, whose axis is lost',
      (op: Ops, v: Value, builder: Builder) => {
        const rows = op.Reshape(v, [-1, 3, 4])
        const row = (i: number) => op.Gather(rows, builder.constant(int64([], [i])), { axis: 1 })
        const [a, b, c] = [0, 1, 2].map(row) as [Value, Value, Value]
        return op.Concat(op.Mul(a, b), c, b, { axis: 1 })
      },
    ],
    [
      'every third, of which one is not used',
      (op: Ops, v: Value) => {
        const [a, , c] = [0, 1, 2].map((from) => op.Slice(v, [from], [far], [1], [3])) as [Value, Value, Value]
        return op.Concat(op.Mul(a, c), c, a, { axis: 1 })
      },
    ],
    [
      'patches, merged',
      (op: Ops, v: Value) => {
        const every = (value: Value, axis: number) => [0, 1].map((from) => op.Slice(value, [from], [far], [axis], [2]))
        const patches = every(op.Reshape(v, [-1, 2, 6]), 2).flatMap((half) => every(half, 1))
        return op.Reshape(op.Concat(...patches, { axis: 1 }), [-1, 12])
      },
    ],
  ])('%s: put side by side, not padded and added', async (_, write) => {
    const graph = graphOf(write)
    const together = await gradientOf(graph, gradient)
    const parts = await gradientOf(graph, without('fovea:Parts'))
    expect(together.values).toEqual(parts.values)
    expect(parts.operators).toContain('Pad')
    expect(new Set(parts.values).size).toBeGreaterThan(6)
    expect(together.operators).not.toContain('Pad')
  })

  test('what is taken twice is padded and added to the others', async () => {
    const graph = graphOf((op, v) => {
      const [a, b, again] = [0, 6, 6].map((from) => op.Slice(v, [from], [from + 6], [1])) as [Value, Value, Value]
      return op.Concat(op.Mul(a, again), b, { axis: 1 })
    })
    const together = await gradientOf(graph, gradient)
    expect(together.values).toEqual((await gradientOf(graph, without('fovea:Parts'))).values)
    expect(together.operators.filter((op) => op === 'Pad')).toHaveLength(1)
  })

  test.each([
    [
      'overlap',
      [
        [0, 7],
        [5, 12],
      ],
    ],
    [
      'leave a gap',
      [
        [0, 5],
        [7, 12],
      ],
    ],
  ])('not where they %s', async (_, limits) => {
    const write = (op: Ops, v: Value) => {
      const all = limits.map(([from, to]) => op.Slice(v, [from as number], [to as number], [1]))
      const whole = op.Concat(...all, { axis: 1 })
      return op.Slice(op.Concat(whole, whole, { axis: 1 }), [0], [12], [1])
    }
    const graph = graphOf(write)
    expect(await gradientOf(graph, gradient)).toEqual(await gradientOf(graph, without('fovea:Parts')))
  })
})

test.each([
  [
    'the last odd one is left out',
    [
      [0, 11, 2],
      [1, 10, 2],
      [0, 1, 1],
    ],
  ],
  [
    'one of three is missing',
    [
      [0, 12, 3],
      [1, 12, 3],
      [0, 4, 1],
    ],
  ],
  [
    'the steps differ',
    [
      [0, 12, 2],
      [1, 7, 1],
    ],
  ],
])('not put together where %s', async (_, limits) => {
  const graph = graphOf((op, v) => {
    const parts = limits.map(([from, to, step]) => op.Slice(v, [from as number], [to as number], [1], [step as number]))
    return op.Concat(...parts, { axis: 1 })
  })
  const { operators, values } = await gradientOf(graph, gradient)
  expect(operators).toContain('Pad')
  expect(values).toEqual((await gradientOf(graph, without('fovea:Parts'))).values)
  const taken = limits.flatMap(([from = 0, to = 0, step = 1]) =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step),
  )
  const expected = new Float64Array(12)
  for (const [i, place] of taken.entries()) expected[place] = (expected[place] as number) + Math.cos(i)
  expect(values).toEqual([...expected])
})

test('rows by Gather with an index of two axes are no parts', async () => {
  const graph = graphOf((op, v, builder) => {
    const rows = op.Reshape(v, [-1, 3, 4])
    const row = (i: number) => op.Gather(rows, builder.constant(int64([1, 1], [i])), { axis: 1 })
    return op.Reshape(op.Concat(row(1), row(0), row(2), { axis: 1 }), [-1, 12])
  })
  const { values } = await gradientOf(graph, gradient)
  expect(values).toEqual([4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11].map((i) => Math.cos(i)))
})

test('computed pads that are nothing: no Pad goes back', async () => {
  const padded = (op: Ops, v: Value) =>
    op.Pad(op.Reshape(v, [-1, 3, 4]), op.Mul(op.Shape(v, { start: 1 }), [0, 0, 0, 0, 0, 0]))
  const whole = (op: Ops, v: Value) => op.Reshape(padded(op, v), [-1, 12])
  const { operators, values } = await gradientOf(graphOf(whole), gradient)
  expect(operators.filter((op) => op === 'Pad')).toHaveLength(1)
  expect(values).toEqual(Array.from({ length: 12 }, (_, i) => Math.cos(i)))
})

describe('MatMul with keys that were turned', () => {
  const image = tensor('float32', [1, 12], Float32Array.from(numbers(x)))
  const heads = (op: Ops, v: Value) => op.Reshape(v, [-1, 3, 2, 2])
  /** Of 3 places and 2 heads: [N, 2, 3, 2] by [N, 2, 2, 3]. */
  const products = (op: Ops, v: Value) =>
    op.MatMul(
      op.Transpose(heads(op, v), { perm: [0, 2, 1, 3] }),
      op.Transpose(heads(op, op.Sin(v)), { perm: [0, 2, 3, 1] }),
    )

  test('the gradient of Einsum, by a product whose rows are keys', async () => {
    const turned = await gradientOf(scored(products), gradient, image)
    const einsum = (op: Ops, v: Value) => op.Einsum(heads(op, v), heads(op, op.Sin(v)), { equation: 'nphd,nqhd->nhpq' })
    const { values } = await gradientOf(scored(einsum), gradient, image)
    // Sums of three products: roundings of the largest.
    const largest = Math.max(...values.map(Math.abs))
    values.forEach((value, i) => {
      expect(Math.abs((turned.values[i] as number) - value) / largest).toBeLessThan(3 * 2 ** -23)
    })
    expect(new Set(values).size).toBe(12)
  })

  test('the product that is turned back has keys as rows', async () => {
    const measured = await probe(model(scored(products)), { feeds: { x: image } })
    const { nodes } = differentiate(scored(products), { objective: 'score', wrt: ['x'], rules: gradient, measured })
    const made = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
    const turns = nodes.flatMap((node) =>
      node.op === 'Transpose' && made.get(node.inputs[0] ?? '')?.op === 'MatMul'
        ? [attributesOf(node).ints('perm')]
        : [],
    )
    // The keys'; the queries' heads are put back.
    expect(turns).toEqual([
      [0, 1, 3, 2],
      [0, 2, 1, 3],
    ])
  })

  test('factors with fewer axes keep their product', async () => {
    const shared = (op: Ops, v: Value) =>
      op.MatMul(heads(op, v), op.Transpose(op.Reshape(op.Sin(v), [6, 2]), { perm: [1, 0] }))
    const stacked = (op: Ops, v: Value) =>
      op.MatMul(heads(op, v), op.Transpose(op.Reshape(op.Sin(v), [3, 2, 2]), { perm: [0, 2, 1] }))
    const einsum =
      (equation: string, ...dims: number[]) =>
      (op: Ops, v: Value) =>
        op.Einsum(heads(op, v), op.Reshape(op.Sin(v), dims), { equation })
    for (const [write, like] of [
      [shared, einsum('nphd,kd->nphk', 6, 2)],
      [stacked, einsum('nphd,pkd->nphk', 3, 2, 2)],
    ] as const) {
      const { values } = await gradientOf(scored(write), gradient, image)
      const expected = (await gradientOf(scored(like), gradient, image)).values
      const largest = Math.max(...expected.map(Math.abs))
      // Sums of at most 6 products.
      values.forEach((value, i) => {
        expect(Math.abs(value - (expected[i] as number)) / largest).toBeLessThan(6 * 2 ** -23)
      })
    }
  })

  test('one for all images: summed over them', async () => {
    const shared = (op: Ops, v: Value, builder: Builder) => {
      const one = builder.constant(
        tensor(
          'float32',
          [1, 2, 2, 3],
          Float32Array.from({ length: 12 }, (_, i) => i),
        ),
      )
      const turned = op.Transpose(op.ReduceSum(heads(op, v), [0], { keepdims: 1 }), { perm: [0, 2, 3, 1] })
      return op.MatMul(op.Transpose(one, { perm: [0, 1, 3, 2] }), turned)
    }
    const given = [{ name: 'x', dtype: 'float32' as const, shape: [2, 12] }]
    const builder = new Builder({ ...empty, inputs: given })
    builder.named('ReduceSum', 'score', shared(builder.op, builder.value('x'), builder), { keepdims: 0 })
    const two = tensor('float32', [2, 12], new Float32Array(24).fill(1))
    const { values } = await gradientOf(builder.finish([builder.value('score')]), gradient, two)
    // Of head h and feature d: the sum over its three places.
    const sums = [0, 1, 2, 3].map((row) => 3 * row * 3 + 3)
    expect(values).toEqual(Array.from({ length: 24 }, (_, i) => sums[i % 4]))
  })
})

describe('RectifiedMaxPool', () => {
  /** Ties above 0, at 0 and below; the first of equal ones wins. */
  const image = tensor('float32', [1, 12], Float32Array.of(2, 2, -1, 0, 2, 1, 3, 3, -4, -4, 0, -2))
  const alike = (op: Ops, v: Value) => op.Cast(op.Reshape(v, [-1, 2, 2, 3]), { to: 1 })
  const pools = {
    'side by side': { kernel_shape: [2, 2] },
    overlapping: { kernel_shape: [2, 3], strides: [1, 2], pads: [1, 1, 0, 1] },
    'beyond the border': { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
  }
  test.each(Object.entries(pools))('%s', async (_, attributes) => {
    const write = (op: Ops, v: Value) => op.MaxPool(op.Relu(alike(op, v)), attributes)
    const joined = (op: Ops, v: Value) => {
      const [a, b] = [op.Relu(alike(op, v)), op.Relu(op.Neg(alike(op, v)))]
      return op.MaxPool(op.Concat(a, b, { axis: 1 }), attributes)
    }
    for (const pool of [write, joined]) {
      const graph = scored(pool)
      const together = await gradientOf(graph, gradient, image)
      const parts = await gradientOf(graph, without('fovea:RectifiedMaxPool'), image)
      expect(together.values.map((value) => value + 0)).toEqual(parts.values.map((value) => value + 0))
      const masked = ({ operators }: typeof parts) =>
        operators.lastIndexOf('Greater') - operators.indexOf('ScatterElements')
      expect(masked(together)).toBeLessThan(0)
      expect(masked(parts)).toBeGreaterThan(0)
      expect(new Set(together.values).size).toBeGreaterThan(3)
    }
  })

  test('not where the ReLU is used again', async () => {
    const graph = scored((op, v) => ((r) => op.Add(op.MaxPool(r, { kernel_shape: [1, 1] }), r))(op.Relu(alike(op, v))))
    const rules = without('fovea:RectifiedMaxPool')
    expect(await gradientOf(graph, gradient, image)).toEqual(await gradientOf(graph, rules, image))
  })
})
