import { describe, expect, test } from 'vitest'
import { decodeModel, float, foldBatchNorm, type Graph, withGraph } from '../../src/onnx/index.ts'
import { float32, type Tensor } from '../../src/tensor/index.ts'
import { net } from './fixture.ts'
import { graphOf, modelOf, noise, runModel, type SmallModel } from './small-models.ts'

type NodeText = SmallModel['nodes'][number]

const statistics = (channels: number) => ({
  gamma: noise([channels], 11),
  beta: noise([channels], 12),
  mean: noise([channels], 13),
  variance: { ...noise([channels], 14), data: noise([channels], 14).data.map((v) => v * v + 0.05) } as Tensor,
})
const bn: NodeText = ['BatchNormalization', 'c gamma beta mean variance', 'n', { epsilon: float(1e-3) }]
const image = noise([2, 4, 7, 6])

function small(
  x: Tensor,
  channels: number,
  nodes: readonly NodeText[],
  constants: Readonly<Record<string, Tensor>>,
): SmallModel {
  return {
    opset: 18,
    inputs: { x },
    constants: { ...constants, ...statistics(channels) },
    nodes: [...nodes, ['Relu', 'n', 'y']],
    outputs: { y: 'float32' },
  }
}

const folds: Readonly<Record<string, SmallModel>> = {
  Conv: small(image, 6, [['Conv', 'x w', 'c', { pads: [1, 1, 1, 1] }], bn], { w: noise([6, 4, 3, 3]) }),
  'Conv with a bias': small(image, 6, [['Conv', 'x w b', 'c'], bn], { w: noise([6, 4, 3, 3]), b: noise([6], 3) }),
  'grouped Conv': small(image, 6, [['Conv', 'x w', 'c', { group: 2 }], bn], { w: noise([6, 2, 3, 3]) }),
  'depthwise Conv': small(image, 4, [['Conv', 'x w', 'c', { group: 4 }], bn], { w: noise([4, 1, 3, 3]) }),
  'Conv in one dimension': small(noise([2, 3, 9]), 5, [['Conv', 'x w', 'c'], bn], { w: noise([5, 3, 3]) }),
  'Conv, then a bias added': small(image, 6, [['Conv', 'x w', 'd'], ['Add', 'd a', 'c'], bn], {
    w: noise([6, 4, 3, 3]),
    a: noise([1, 6, 1, 1], 4),
  }),
  'Conv with a bias, then another, the constant first': small(
    image,
    6,
    [['Conv', 'x w b', 'd'], ['Add', 'a d', 'c'], bn],
    {
      w: noise([6, 4, 3, 3]),
      b: noise([6], 3),
      a: noise([6, 1, 1], 4),
    },
  ),
  'Conv, then a scalar added': small(image, 6, [['Conv', 'x w', 'd'], ['Add', 'd a', 'c'], bn], {
    w: noise([6, 4, 3, 3]),
    a: float32([], [0.7]),
  }),
  ConvTranspose: small(image, 5, [['ConvTranspose', 'x w b', 'c', { strides: [2, 2] }], bn], {
    w: noise([4, 5, 3, 3]),
    b: noise([5], 3),
  }),
  'grouped ConvTranspose': small(image, 6, [['ConvTranspose', 'x w', 'c', { group: 2 }], bn], {
    w: noise([4, 3, 3, 3]),
  }),
  Gemm: small(noise([3, 4]), 5, [['Gemm', 'x w b', 'c', { beta: float(0.5), alpha: float(2) }], bn], {
    w: noise([4, 5]),
    b: noise([1, 5], 3),
  }),
  'Gemm, transposed, scalar bias': small(noise([3, 4]), 5, [['Gemm', 'x w b', 'c', { transB: 1 }], bn], {
    w: noise([5, 4]),
    b: float32([1], [0.3]),
  }),
}

async function closeTo(model: SmallModel, graph: Graph) {
  const before = floats((await runModel(modelOf(model), model.inputs)).y)
  const after = floats((await runModel({ ...modelOf(model), graph }, model.inputs)).y)
  const scale = Math.max(...before.map(Math.abs))
  expect(scale).toBeGreaterThan(0.1)
  expect(Math.max(...before.map((value, i) => Math.abs(value - (after[i] as number))))).toBeLessThan(1e-5 * scale)
}

const floats = (result: { bytes: string } | undefined) => {
  const bytes = Buffer.from(result?.bytes ?? '', 'hex')
  return [...new Float32Array(new Uint8Array(bytes).buffer)]
}

describe('BatchNormalization folds into', () => {
  test.each(Object.entries(folds))('%s', async (_, model) => {
    const graph = foldBatchNorm(graphOf(model))
    const left = graph.nodes.map((node) => node.op)
    expect(left).toHaveLength(2)
    expect(left).not.toContain('BatchNormalization')
    expect(graph.constants.size).toBe(2)
    await closeTo(model, graph)
  })

  test('every one of a whole net', () => {
    const model = decodeModel(net('f3-unfolded-17.onnx'))
    const count = (graph: Graph) => graph.nodes.filter((node) => node.op === 'BatchNormalization').length
    expect(count(model.graph)).toBe(6)
    expect(count(foldBatchNorm(model.graph))).toBe(0)
    expect(() => withGraph(model, foldBatchNorm(model.graph))).not.toThrow()
  })
})

const w = { w: noise([6, 4, 3, 3]) }
const conv: NodeText = ['Conv', 'x w', 'c']

describe('BatchNormalization stays', () => {
  test.each<[string, SmallModel]>([
    ['when something else reads the convolution', small(image, 6, [conv, bn, ['Neg', 'c', 'z']], w)],
    [
      'when the convolution is an output',
      { ...small(image, 6, [conv, bn], w), outputs: { y: 'float32', c: 'float32' } },
    ],
    [
      'when a bias between varies in space',
      small(image, 6, [['Conv', 'x w', 'd'], ['Add', 'd a', 'c'], bn], { ...w, a: noise([1, 6, 5, 4]) }),
    ],
    ['when the weights are computed', small(image, 6, [['Neg', 'w', 'v'], ['Conv', 'x v', 'c'], bn], w)],
    [
      'in front of a convolution',
      small(
        image,
        4,
        [
          ['BatchNormalization', 'x gamma beta mean variance', 'm'],
          ['Conv', 'm w', 'n'],
        ],
        w,
      ),
    ],
    ['behind an addition of two computed values', small(image, 4, [['Add', 'x x', 'c'], bn], {})],
    [
      'in training mode',
      small(image, 6, [conv, ['BatchNormalization', 'c gamma beta mean variance', 'n m v', { training_mode: 1 }]], w),
    ],
    ['when its variance is not a number', withVariance(small(image, 6, [conv, bn], w), Number.NaN)],
  ])('%s', (_, model) => {
    const graph = graphOf(model)
    expect(foldBatchNorm(graph)).toBe(graph)
  })
})

function withVariance(model: SmallModel, value: number): SmallModel {
  return { ...model, constants: { ...model.constants, variance: float32([6], new Float32Array(6).fill(value)) } }
}

test('weights that two convolutions share are folded for each on its own', async () => {
  const model: SmallModel = {
    ...small(image, 6, [conv, bn], w),
    nodes: [
      conv,
      bn,
      ['Conv', 'x w', 'c2'],
      ['BatchNormalization', 'c2 beta gamma mean variance', 'n2'],
      ['Sub', 'n n2', 'y'],
    ],
  }
  const graph = foldBatchNorm(graphOf(model))
  expect(graph.nodes.map((node) => node.op)).toEqual(['Conv', 'Conv', 'Sub'])
  await closeTo(model, graph)
})
