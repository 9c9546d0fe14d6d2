import { describe, expect, it } from 'vitest'
import { float } from '../../src/onnx/index.ts'
import { gradientsOf, type Row } from './harness.ts'

type Kink = Omit<Row, 'name' | 'inputs'> & {
  inputs: readonly (readonly number[] | Row['inputs'][number])[]
  answer: number[][]
}

const rowOf = ({ inputs, ...row }: Kink): Row => ({
  ...row,
  name: 'kink',
  inputs: inputs.map((input) =>
    Array.isArray(input) ? { dims: [input.length], data: input } : (input as Row['inputs'][number]),
  ),
  weights: [[1]],
})

const bound = (value: number) => ({ dims: [], data: [value] })
const axes = (...data: number[]) => ({ dims: [data.length], dtype: 'int64', data }) as const
const ties = { dims: [2, 2, 2], data: [5, 5, 1, 5, 3, 7, 7, 7] }

/** The conventions of methods.md (0.2) and of PyTorch. */
const kinks: Record<string, Kink> = {
  'ReLU: 0 at 0': { operator: 'Relu', inputs: [[-1, 0, 1]], answer: [[0, 0, 1]] },
  'absolute value: 0 at 0': { operator: 'Abs', inputs: [[-1, 0, 1]], answer: [[-1, 0, 1]] },
  'leaky ReLU: the slope at 0': {
    operator: 'LeakyRelu',
    inputs: [[-1, 0, 1]],
    attributes: { alpha: float(0.25) },
    answer: [[0.25, 0.25, 1]],
  },
  'PRelu: the slope at 0': {
    operator: 'PRelu',
    inputs: [[-1, 0, 1], [0.25]],
    wrt: [0, 1],
    answer: [[0.25, 0.25, 1], [-1]],
  },
  'ELU: alpha at 0': { operator: 'Elu', inputs: [[0]], attributes: { alpha: float(1.5) }, answer: [[1.5]] },
  'thresholded ReLU: 0 at alpha': { operator: 'ThresholdedRelu', inputs: [[0.5, 1, 2]], answer: [[0, 0, 1]] },
  'hard sigmoid: 0 at its ends': {
    operator: 'HardSigmoid',
    inputs: [[-2.5, 0, 2.5]],
    attributes: { alpha: float(0.25), beta: float(0.625) },
    answer: [[0, 0.25, 0]],
  },
  'hard swish: 0 at -3, 1 at 3': { operator: 'HardSwish', inputs: [[-4, -3, 3, 4]], answer: [[0, 0, 1, 1]] },
  'softsign: 1 at 0': { operator: 'Softsign', inputs: [[0]], answer: [[1]] },
  'shrink: 0 at lambda': { operator: 'Shrink', inputs: [[-1, -0.5, 0.5, 1]], answer: [[1, 0, 0, 1]] },
  'ReLU6 stops at its bounds': {
    operator: 'Clip',
    inputs: [[-1, 0, 3, 6, 7], bound(0), bound(6)],
    constants: [1, 2],
    answer: [[0, 0, 1, 0, 0]],
  },
  'any other clip passes there': {
    operator: 'Clip',
    inputs: [[-2, -1, 0, 1, 2], bound(-1), bound(1)],
    constants: [1, 2],
    answer: [[0, 1, 1, 1, 0]],
  },
  'maximum: of equals the first': {
    operator: 'Max',
    inputs: [
      [1, 2, 3],
      [1, 3, 2],
    ],
    wrt: [0, 1],
    answer: [
      [1, 0, 1],
      [0, 1, 0],
    ],
  },
  'minimum: of equals the first': {
    operator: 'Min',
    inputs: [
      [1, 2],
      [1, 2],
      [1, 0],
    ],
    wrt: [0, 1, 2],
    answer: [
      [1, 0],
      [0, 0],
      [0, 1],
    ],
  },
  'maximum of three: of equals the first': {
    operator: 'Max',
    inputs: [
      [0, 2],
      [1, 2],
      [1, 2],
    ],
    wrt: [0, 1, 2],
    answer: [
      [0, 1],
      [1, 0],
      [0, 0],
    ],
  },
  'maximum along an axis: of equals the first': {
    operator: 'ReduceMax',
    inputs: [ties, axes(2)],
    constants: [1],
    answer: [[1, 0, 0, 1, 0, 1, 1, 0]],
  },
  'maximum along two: the first in row-major order': {
    operator: 'ReduceMax',
    inputs: [ties, axes(2, 0)],
    constants: [1],
    answer: [[0, 0, 0, 0, 0, 1, 1, 0]],
  },
  'minimum of all: the first': { operator: 'ReduceMin', inputs: [[2, 1, 1]], answer: [[0, 1, 0]] },
  'length: 0 at the origin': { operator: 'ReduceL2', inputs: [[0, 0]], answer: [[0, 0]] },
  'unit length: 0 at the origin': { operator: 'LpNormalization', inputs: [[0, 0]], answer: [[0, 0]] },
  'product with one zero': { operator: 'ReduceProd', inputs: [[2, 0, 3]], answer: [[0, 6, 0]] },
  'product with two zeros': { operator: 'ReduceProd', inputs: [[2, 0, 0]], answer: [[0, 0, 0]] },
  'powers of 0': {
    operator: 'Pow',
    inputs: [
      [0, 0, 0],
      [0, 1, 2],
    ],
    wrt: [0, 1],
    answer: [
      [0, 1, 0],
      [0, 0, 0],
    ],
  },
  'softmax far out': { operator: 'Softmax', inputs: [[-1e4, 1e4]], answer: [[0, 0]] },
  'log-sum-exp far out': { operator: 'ReduceLogSumExp', inputs: [[-1e4, 1e4]], answer: [[0, 1]] },
  'sigmoid far out': { operator: 'Sigmoid', inputs: [[-1e3, 1e3]], answer: [[0, 0]] },
  'softplus far out': { operator: 'Softplus', inputs: [[-1e3, 1e3]], answer: [[0, 1]] },
  'mish far out': { operator: 'Mish', inputs: [[-50, 1e3]], answer: [[0, 1]] },
  'GELU far out': { operator: 'Gelu', opset: 20, inputs: [[-1e3, 1e3]], answer: [[0, 1]] },
  'GELU by tanh far out': {
    operator: 'Gelu',
    opset: 20,
    inputs: [[-1e3, 1e3]],
    attributes: { approximate: 'tanh' },
    answer: [[0, 1]],
  },
}

describe('kinks', () => {
  for (const [name, kink] of Object.entries(kinks))
    it(name, async () => {
      const found = await gradientsOf(rowOf(kink))
      expect(found.length).toBe(kink.answer.length)
      found.forEach((values, i) => {
        values.forEach((value, k) => {
          expect(value).toBeCloseTo(kink.answer[i]?.[k] as number, 6)
        })
      })
    })

  it('ReLU6 is known in half precision', async () => {
    const relu6 = kinks['ReLU6 stops at its bounds'] as Kink
    expect(await gradientsOf(rowOf(relu6), 'float16')).toEqual(relu6.answer)
  })
})
