import { expect, test } from 'vitest'
import { float, print, readModel } from '../../src/onnx/index.ts'
import { float32, int64 } from '../../src/tensor/index.ts'
import { fixture, net } from './fixture.ts'
import { graphOf } from './small-models.ts'

test('a graph is a line per input, constant, node and output', () => {
  const graph = graphOf({
    opset: 18,
    inputs: { x: float32([2, 3], new Float32Array(6)) },
    constants: { w: float32([3, 4], new Float32Array(12)), axes: int64([2], [0, -1]), half: float32([], [0.5]) },
    nodes: [
      ['Gemm', 'x w', 'g', { alpha: float(0.1), transB: 1 }],
      ['Clip', 'g _ half', 'c'],
      ['com.example:Own', 'c', 'd _ e', { mode: 'fast', list: ['a', 'b'] }],
      ['ReduceSum', 'e axes', 'y', { keepdims: 0 }],
    ],
    outputs: { y: 'float32' },
  })
  expect(print({ ...graph, inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', null, 3] }] })).toBe(
    [
      'input x: float32[batch, ?, 3]',
      'constant w: float32[3, 4]',
      'constant axes: int64[2] = [0, -1]',
      'constant half: float32[] = 0.5',
      'g = Gemm(x, w) { alpha: 0.10000000149011612, transB: 1 }',
      'c = Clip(g, _, half)',
      'd, _, e = com.example:Own(c) { mode: fast, list: [a, b] }',
      'y = ReduceSum(e, axes) { keepdims: 0 }',
      'output y: float32',
    ].join('\n'),
  )
})

test('golden: a net as PyTorch exports it at opset 11, lifted', () => {
  expect(print(readModel(net('f3-torchscript-11.onnx')).graph)).toMatchSnapshot()
})

test('golden: functions written out', () => {
  expect(print(readModel(fixture('functions.onnx')).graph)).toMatchSnapshot()
})
