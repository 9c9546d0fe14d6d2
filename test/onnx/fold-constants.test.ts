import { describe, expect, test } from 'vitest'
import { type Evaluate, foldConstants, print } from '../../src/onnx/index.ts'
import { float32, int64 } from '../../src/tensor/index.ts'
import { evaluate, graphOf, modelOf, noise, runModel, type SmallModel } from './small-models.ts'

const x = noise([2, 3])
const small = (
  nodes: SmallModel['nodes'],
  constants: SmallModel['constants'] = {},
  more: Partial<SmallModel> = {},
): SmallModel => ({
  opset: 18,
  inputs: { x },
  constants,
  nodes,
  outputs: { y: 'float32' },
  ...more,
})

async function folded(model: SmallModel, limit?: number) {
  const graph = await foldConstants(graphOf(model), evaluate, limit)
  const feeds = model.inputs
  expect(await runModel({ ...modelOf(model), graph }, feeds)).toEqual(await runModel(modelOf(model), feeds))
  return graph
}

const ops = (graph: { nodes: readonly { op: string }[] }) => graph.nodes.map((node) => node.op).join(' ')

describe('foldConstants', () => {
  test('computes what depends on constants only, and nothing else', async () => {
    const graph = await folded(
      small(
        [
          ['Shape', 'w', 's'],
          ['Gather', 's zero', 'n'],
          ['Concat', 'n minus', 'to', { axis: 0 }],
          ['Transpose', 'w', 'wt'],
          ['Mul', 'wt wt', 'w2'],
          ['MatMul', 'x w2', 'm'],
          ['Reshape', 'm to', 'y'],
        ],
        { w: noise([4, 3], 2), zero: int64([1], [0]), minus: int64([1], [-1]) },
      ),
    )
    expect(ops(graph)).toBe('MatMul Reshape')
    expect([...graph.constants.keys()].sort()).toEqual(['to', 'w2'])
    expect(print(graph)).toContain('constant to: int64[2] = [4, -1]')
  })

  test('counts Constant nodes as constants, and folds through several operators with several outputs', async () => {
    const graph = await folded(
      small([
        ['Constant', '', 'c', { value_floats: { type: 'floats', value: [1, 2, 3, 4, 5, 6] } }],
        [
          'Constant',
          '',
          'd',
          {
            value: {
              type: 'tensor',
              value: { dtype: 'float32', dims: [6], read: () => float32([6], [6, 5, 4, 3, 2, 1]) },
            },
          },
        ],
        ['Split', 'd', 'p q', { num_outputs: 2 }],
        ['Add', 'p q', 'pq'],
        ['Add', 'x pq', 'a'],
        ['Add', 'a q', 'y'],
      ]),
    )
    expect(ops(graph)).toBe('Add Add')
  })

  test.each<[string, SmallModel['nodes'][number]]>([
    ['RandomUniformLike', ['RandomUniformLike', 'c', 'r']],
    ['Bernoulli', ['Bernoulli', 'c', 'r']],
    ['RandomNormalLike', ['RandomNormalLike', 'c', 'r']],
    ['Dropout in training', ['Dropout', 'c half true', 'r']],
  ])('never touches %s', async (_, draw) => {
    const constants = {
      c: float32([3], [0.5, 0.2, 0.7]),
      half: float32([], [0.5]),
      true: { dtype: 'bool', dims: [], data: Uint8Array.of(1) } as const,
    }
    const graph = graphOf(small([draw, ['Add', 'x r', 'y']], constants))
    expect(await foldConstants(graph, evaluate)).toBe(graph)
  })

  test('an input with a default is no constant', async () => {
    const graph = graphOf(
      small(
        [
          ['Neg', 'w', 'n'],
          ['Add', 'x n', 'y'],
        ],
        { w: float32([1], [2]) },
      ),
    )
    const overridable = { ...graph, inputs: [...graph.inputs, { name: 'w', dtype: 'float32' as const, shape: [1] }] }
    expect(await foldConstants(overridable, evaluate)).toBe(overridable)
  })

  test('an output stays computed', async () => {
    const graph = graphOf(small([['Neg', 'w', 'y']], { w: float32([1], [2]) }))
    expect(await foldConstants(graph, evaluate)).toBe(graph)
  })

  const never: Evaluate = async () => {
    throw new Error('must not be run')
  }

  test.each<[string, SmallModel['nodes'], NonNullable<SmallModel['constants']>]>([
    ['Expand', [['Expand', 'one shape', 'big']], { one: float32([1], [1]), shape: int64([2], [1e6, 1e6]) }],
    ['Tile', [['Tile', 'one shape', 'big']], { one: float32([1], [1]), shape: int64([1], [1e9]) }],
    ['ConstantOfShape', [['ConstantOfShape', 'shape', 'big']], { shape: int64([2], [1e5, 1e5]) }],
    ['Range', [['Range', 'a b c', 'big']], { a: int64([], [0]), b: int64([], [1e10]), c: int64([], [1]) }],
    ['broadcasting', [['Add', 'row column', 'big']], { row: noise([1, 1000]), column: noise([1000, 1]) }],
    ['MatMul', [['MatMul', 'column row', 'big']], { row: noise([1, 1000]), column: noise([1000, 1]) }],
    ['Resize', [['Resize', 'one _ scales', 'big']], { one: noise([1, 1]), scales: float32([2], [1e5, 1e5]) }],
    ['a large cast', [['Cast', 'w', 'big', { to: 11 }]], { w: noise([300, 300]) }],
  ])('a small constant does not explode: %s', async (_, nodes, constants) => {
    const graph = graphOf(
      small([...nodes, ['Size', 'big', 'n'], ['Cast', 'n', 'f', { to: 1 }], ['Add', 'x f', 'y']], constants),
    )
    expect(await foldConstants(graph, never)).toBe(graph)
  })

  test('a growing operator is folded when its size is known to be small, also when the size is itself folded', async () => {
    const graph = await folded(
      small(
        [
          ['Shape', 'w', 's'],
          ['ConstantOfShape', 's', 'z'],
          ['Add', 'z w', 'v'],
          ['Add', 'x v', 'y'],
        ],
        { w: noise([2, 3], 5) },
      ),
    )
    expect(ops(graph)).toBe('Add')
  })

  test('the limit can be raised', async () => {
    const model = small(
      [
        ['Mul', 'w w', 'v'],
        ['ReduceSum', 'v', 's', { keepdims: 0 }],
        ['Add', 'x s', 'y'],
      ],
      { w: noise([300, 300]) },
    )
    expect(ops(await folded(model))).toBe('Mul ReduceSum Add')
    expect(ops(await folded(model, 1e6))).toBe('Add')
  })

  test('a table looked up is as large as what is taken from it', async () => {
    const graph = await folded(
      small(
        [
          ['Gather', 'table places', 'v', { axis: 1 }],
          ['ReduceSum', 'v _', 's', { keepdims: 0 }],
          ['Add', 'x s', 'y'],
        ],
        { table: noise([4, 500], 3), places: int64([100, 100], new Array(10_000).fill(7)) },
      ),
    )
    expect(ops(graph)).toBe('Add')
  })

  test('what a branch reads is kept for it', async () => {
    const branch = (op: string, output: string) => ({
      type: 'graph' as const,
      value: { ...graphOf({ opset: 18, inputs: {}, nodes: [[op, 'n', output]], outputs: { [output]: 'float32' } }) },
    })
    const graph = await folded(
      small(
        [
          ['Neg', 'w', 'n'],
          ['If', 'flag', 'b', { then_branch: branch('Exp', 'e'), else_branch: branch('Abs', 'a') }],
          ['Add', 'x b', 'y'],
        ],
        { w: float32([3], [1, 2, 3]), flag: { dtype: 'bool', dims: [], data: Uint8Array.of(1) } },
      ),
    )
    expect(ops(graph)).toBe('If Add')
  })
})
