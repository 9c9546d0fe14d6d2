import { describe, expect, test } from 'vitest'
import { decodeModel, encodeModel, type Graph, newest, print, upgrade } from '../../src/onnx/index.ts'
import { adapters } from '../../src/onnx/upgrade/adapters.ts'
import { float32, int64, type Tensor } from '../../src/tensor/index.ts'
import { json } from './fixture.ts'
import { graphOf, modelOf, node, noise, runModel, type SmallModel } from './small-models.ts'
import { cases, unchanged } from './upgrade-cases.ts'

async function sameBits(small: SmallModel) {
  const bytes = encodeModel(modelOf(small))
  const lifted = upgrade(decodeModel(bytes))
  expect(lifted.opsets['']).toBe(18)
  const after = await runModel(lifted, small.inputs)
  expect(after).toEqual(await runModel(bytes, small.inputs))
}

describe('a lifted model computes the same bits', () => {
  test.each(Object.entries(cases))('%s', (_, small) => sameBits(small))
})

describe('operators whose form did not change mean the same at opset 18', () => {
  test.each(Object.entries(unchanged))('%s', (_, small) => sameBits(small))
})

const x = noise([2, 3, 4])
const flag: Tensor = { dtype: 'bool', dims: [], data: Uint8Array.of(1) }

/** Changes whose default is what the operator did before; the numbers above show it where ONNX Runtime runs the old form. */
const sameByDefault = [
  'ArgMax 12, ArgMin 12: select_last_index = 0',
  'AveragePool 10, MaxPool 10, LpPool 18: ceil_mode = 0, dilations = 1',
  'BatchNormalization 14: training_mode = 0 (adapter: outputs)',
  'Constant 11, Constant 12: more ways to say a value',
  'DepthToSpace 11: mode = DCR',
  'DequantizeLinear 13, QuantizeLinear 13: axis counts for vectors only, which 10 did not allow',
  'GRU 14, LSTM 14, RNN 14: layout = 0',
  'GatherND 12: batch_dims = 0',
  'Gemm 11: C may be left out',
  'MaxPool 8: storage_order = 0, an optional second output',
  'OptionalHasElement 18: the input may be left out',
  'Pad 18: axes may be given',
  'Reshape 14: allowzero = 0',
  'Resize 18: antialias = 0, axes may be given, keep_aspect_ratio_policy = stretch',
  'ScatterElements 16, ScatterND 16: reduction = none',
  'Shape 15: start = 0, no end',
  'TopK 11: largest = 1, sorted = 1',
].flatMap((line) => (line.split(':')[0] as string).split(', '))

test('every change of form that onnx lists between 8 and 18 has an adapter, or a default that changes nothing', () => {
  const listed = json('forms.json') as string[]
  const adapted = Object.entries(adapters).flatMap(([op, versions]) => Object.keys(versions).map((v) => `${op} ${v}`))
  expect(listed.filter((change) => !adapted.includes(change) && !sameByDefault.includes(change))).toEqual([])
  // Only what the listing cannot show: the type of Dropout's mask.
  expect(adapted.filter((change) => !listed.includes(change))).toEqual(['Dropout 10'])
})

describe('a whole model', () => {
  test('of opset 18 or later is returned as it is', () => {
    for (const opset of [18, 19, newest]) {
      const model = modelOf({ opset, inputs: { x }, nodes: [['Relu', 'x', 'y']], outputs: { y: 'float32' } })
      expect(upgrade(model)).toBe(model)
    }
  })

  test.each([1, 6, 27, 30, 999])('of opset %d is refused by number', (opset) => {
    const model = modelOf({ opset, inputs: { x }, nodes: [['Relu', 'x', 'y']], outputs: { y: 'float32' } })
    expect(() => upgrade(model, 'model.onnx')).toThrow(
      `model.onnx uses opset ${opset}; Fovea knows 7 to 26. Export it with opset_version=18.`,
    )
  })

  test('without an opset of the standard operators is refused', () => {
    const model = modelOf({ opset: 18, inputs: { x }, nodes: [['Relu', 'x', 'y']], outputs: { y: 'float32' } })
    expect(() => upgrade({ ...model, opsets: { 'com.microsoft': 1 } })).toThrow(
      'The model names no opset of the standard operators; Fovea knows 7 to 26.',
    )
  })

  test('the newest opset is the newest that ONNX Runtime runs', async () => {
    const of = (opset: number) =>
      modelOf({ opset, inputs: { x }, nodes: [['Relu', 'x', 'y']], outputs: { y: 'float32' } })
    await expect(runModel(of(newest), { x })).resolves.toBeDefined()
    await expect(runModel(of(newest + 1), { x })).rejects.toThrow('under development')
  })

  test('before IR version 4 weights are inputs that cannot be set: they are inputs no more', async () => {
    const small = {
      opset: 7,
      ir: 3,
      inputs: { x },
      constants: { w: noise([4, 5], 3) },
      nodes: [['MatMul', 'x w', 'y']] as const,
      outputs: { y: 'float32' as const },
    }
    const model = modelOf(small)
    const listed = {
      ...model,
      graph: {
        ...model.graph,
        inputs: [...model.graph.inputs, { name: 'w', dtype: 'float32' as const, shape: [4, 5] }],
      },
    }
    const lifted = upgrade(decodeModel(encodeModel(listed)))
    expect(lifted.graph.inputs.map((info) => info.name)).toEqual(['x'])
    expect(lifted.irVersion).toBe(8)
    expect(await runModel(lifted, { x })).toEqual(await runModel(listed, { x }))
  })

  test('names that are added are new', () => {
    const lifted = upgrade(
      modelOf({
        opset: 11,
        inputs: { x, 'ReduceMean_of_y/axes': x },
        nodes: [
          ['Relu', 'x', 'ReduceMean_of_y/axes_1'],
          ['ReduceMean', 'ReduceMean_of_y/axes_1', 'y', { axes: [1] }],
        ],
        outputs: { y: 'float32' },
      }),
    )
    expect(print(lifted.graph)).toContain('y = ReduceMean(ReduceMean_of_y/axes_1, ReduceMean_of_y/axes_2)')
  })

  test('is lifted inside branches, too, with what they take from outside', async () => {
    const branch = (text: Parameters<typeof node>[0], output: string): { type: 'graph'; value: Graph } => ({
      type: 'graph',
      value: graphOf({ opset: 9, inputs: {}, nodes: [text], outputs: { [output]: 'float32' } }),
    })
    const small = (which: Tensor): SmallModel => ({
      opset: 9,
      inputs: { x, flag: which },
      nodes: [
        ['Clip', 'x', 'c', { min: { type: 'float', value: -0.5 } }],
        [
          'If',
          'flag',
          'y',
          {
            then_branch: branch(['Slice', 'c', 's', { starts: [0], ends: [1], axes: [1] }], 's'),
            else_branch: branch(['ReduceSum', 'c', 't', { axes: [1] }], 't'),
          },
        ],
      ],
      outputs: { y: 'float32' },
    })
    await sameBits(small(flag))
    await sameBits(small({ ...flag, data: Uint8Array.of(0) }))
  })
})

/** sum_t and the running sum, over a batch of sequences. */
function scan8(attributes: Readonly<Record<string, number[]>> = {}, lengths = '_'): SmallModel {
  const body: Graph = {
    ...graphOf({
      opset: 8,
      inputs: { s: float32([2], [0, 0]), e: float32([2], [0, 0]) },
      nodes: [
        ['Add', 's e', 'next'],
        ['Mul', 'next next', 'out'],
      ],
      outputs: {},
    }),
    outputs: ['next', 'out'].map((name) => ({ name, dtype: 'float32', shape: [2] })),
  }
  return {
    opset: 8,
    inputs: { start: noise([3, 2], 4), seq: noise([3, 5, 2], 5) },
    constants: { lengths: int64([3], [5, 2, 4]) },
    nodes: [
      [
        'Scan',
        `${lengths} start seq`,
        'last all',
        { body: { type: 'graph', value: body }, num_scan_inputs: 1, ...attributes },
      ],
    ],
    outputs: { last: 'float32', all: 'float32' },
  }
}

describe('Scan 8', () => {
  test('becomes a Scan over the batch', () => sameBits(scan8()))
  test('also backwards', () => sameBits(scan8({ directions: [1] })))
  test('with sequences of different lengths is refused', () => {
    expect(() => upgrade(modelOf(scan8({}, 'lengths')))).toThrow('has sequences of different lengths')
  })
})

describe('BatchNormalization with the outputs of training', () => {
  const norm = (outputs: Readonly<Record<string, 'float32'>>): SmallModel => ({
    opset: 9,
    inputs: { x },
    constants: { s: noise([3], 1), b: noise([3], 2), m: noise([3], 3), v: float32([3], [1, 2, 3]) },
    nodes: [['BatchNormalization', 'x s b m v', 'y mean var']],
    outputs,
  })

  test('loses those that nothing reads', () => {
    const lifted = upgrade(modelOf(norm({ y: 'float32' })))
    expect(lifted.graph.nodes[0]?.outputs).toEqual(['y'])
  })

  test('is refused when something reads them', () => {
    expect(() => upgrade(modelOf(norm({ y: 'float32', mean: 'float32' })))).toThrow(
      "BatchNormalization node 'BatchNormalization_of_y' computes 'mean' as in training; export the model for inference.",
    )
  })
})

describe('a node that lacks what its operator requires is refused by name', () => {
  test.each<[string, SmallModel['nodes'][number], string]>([
    ['an attribute', ['Slice', 'x', 'y', { starts: [0] }], "Slice node 'Slice_of_y' lacks its attribute 'ends'"],
    ['an input', ['Softmax', '_', 'y'], "Softmax node 'Softmax_of_y' lacks its input 0"],
    [
      'an attribute of the right type',
      ['Unsqueeze', 'x', 'y', { axes: 1 }],
      "Attribute 'axes' of Unsqueeze node 'Unsqueeze_of_y' is of type int",
    ],
  ])('%s', (_, text, why) => {
    expect(() => upgrade(modelOf({ opset: 9, inputs: { x }, nodes: [text], outputs: { y: 'float32' } }))).toThrow(why)
  })
})
