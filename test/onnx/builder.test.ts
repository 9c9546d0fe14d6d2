import { expect, test } from 'vitest'
import { Builder, ordered, print } from '../../src/onnx/index.ts'
import { float32, type Tensor } from '../../src/tensor/index.ts'
import { graphOf, modelOf, runModel, type SmallModel } from './small-models.ts'

const x: Tensor = float32([2, 2], [1, 2, 3, 4])
const small: SmallModel = { opset: 18, inputs: { x }, nodes: [['Relu', 'x', 'y']], outputs: { y: 'float32' } }

test('writes nodes as maths, named after what they serve', async () => {
  const build = new Builder(graphOf(small))
  const { op } = build
  const z = build.within('relu_1', () => {
    const y = build.value('y')
    return op.Add(op.Mul(y, 2), op.ReduceSum(op.Mul(y, 2), [1], { keepdims: 1 }))
  })
  const graph = build.finish([{ name: z.name, dtype: z.dtype }])
  expect(ordered(graph)).toBe(graph)
  expect(print(graph)).toBe(
    [
      'input x: float32[2, 2]',
      'constant fovea/2:float32: float32[] = 2',
      'constant fovea/[1]: int64[1] = [1]',
      'y = Relu(x)',
      'relu_1/Mul = Mul(y, fovea/2:float32)',
      'relu_1/Mul_2 = Mul(y, fovea/2:float32)',
      'relu_1/ReduceSum = ReduceSum(relu_1/Mul_2, fovea/[1]) { keepdims: 1 }',
      'relu_1/Add = Add(relu_1/Mul, relu_1/ReduceSum)',
      'output y: float32',
      'output relu_1/Add: float32',
    ].join('\n'),
  )
  const results = await runModel({ ...modelOf(small), graph }, { x })
  const sum = new Float32Array([8, 10, 20, 22])
  expect(results[z.name]?.bytes).toBe(Buffer.from(sum.buffer).toString('hex'))
})

test('never takes a name that exists', () => {
  const taken: SmallModel = {
    ...small,
    nodes: [
      ['Relu', 'x', 'fovea/Neg'],
      ['Neg', 'fovea/Neg', 'fovea/Neg_1'],
      ['Abs', 'fovea/Neg_1', 'y'],
    ],
  }
  const build = new Builder(graphOf(taken))
  const names = [build.op.Neg(build.value('x')).name, build.op.Neg(build.value('x')).name]
  expect(new Set([...names, 'fovea/Neg', 'fovea/Neg_1']).size).toBe(4)
  expect(() => ordered(build.finish())).not.toThrow()
})

test('a constant has the precision of what it meets', () => {
  const half: Tensor = { dtype: 'float16', dims: [1], data: Uint16Array.of(0x3c00) }
  const build = new Builder(graphOf({ ...small, inputs: { x: half } }))
  const y = build.op.Mul(build.value('x'), 0.5)
  expect(y.dtype).toBe('float16')
  expect(print(build.finish())).toContain('constant fovea/0.5:float16: float16[] = 14336')
})

test('several outputs, and outputs of another type', () => {
  const build = new Builder(graphOf(small))
  const [values, places] = build.op.many('TopK', 2, build.value('x'), [1])
  expect([values?.dtype, places?.dtype, build.op.Shape(build.value('x')).dtype]).toEqual(['float32', 'int64', 'int64'])
})

test('an unknown value is refused by name', () => {
  expect(() => new Builder(graphOf(small)).value('nowhere')).toThrow(
    "The graph has no value 'nowhere' of a known type.",
  )
})
