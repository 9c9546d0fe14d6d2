import { expect, test } from 'vitest'
import { type FunctionDefinition, inlineFunctions, type Model, print, readModel } from '../../src/onnx/index.ts'
import { float32 } from '../../src/tensor/index.ts'
import { fixture } from './fixture.ts'
import { modelOf, node, noise, runModel } from './small-models.ts'

test('written out, functions compute what ONNX Runtime makes of them', async () => {
  const bytes = fixture('functions.onnx')
  for (const x of [noise([2, 3]), float32([2, 3], [-1, -2, -3, -4, -5, -6])])
    expect(await runModel(readModel(bytes), { x })).toEqual(await runModel(bytes, { x }))
})

test('a function of an older opset is lifted on its own', async () => {
  const model = readModel(fixture('mixed-functions.onnx'))
  expect(model.functions).toEqual([])
  const x = noise([2, 3, 4])
  // As opset 11 means it: the mean over axis 1, then Softmax over axes 1 and 2 together.
  const alone = modelOf({
    opset: 11,
    inputs: { x },
    nodes: [
      ['ReduceMean', 'x', 'm', { axes: [1] }],
      ['Softmax', 'm', 'y', { axis: 1 }],
    ],
    outputs: { y: 'float32' },
  })
  expect(await runModel(model, { x })).toEqual(await runModel(alone, { x }))
})

const base = modelOf({
  opset: 18,
  inputs: { x: float32([1], [1]) },
  nodes: [['own:F', 'x', 'y']],
  outputs: { y: 'float32' },
})

function define(name: string, ...nodes: Parameters<typeof node>[0][]): FunctionDefinition {
  const shape = { inputs: ['a'], outputs: ['b'], opsets: { '': 18, own: 1 }, attributes: [], defaults: {} }
  return { name, domain: 'own', nodes: nodes.map(node), ...shape }
}

const using = (...functions: FunctionDefinition[]): Model => ({ ...base, opsets: { '': 18, own: 1 }, functions })

test('names inside are made unique, and say where they come from', () => {
  const f = define('F', ['Relu', 'a', 't'], ['Add', 't y', 'b'])
  const twice = modelOf({
    opset: 18,
    inputs: { x: float32([1], [1]) },
    nodes: [
      ['own:F', 'x', 't'],
      ['own:F', 't', 'y'],
    ],
    outputs: { y: 'float32' },
  })
  // 'y' inside F is no value of F: it must not be caught by the caller's y, but stay an error of the file.
  const clean = { ...f, nodes: f.nodes.map((n) => ({ ...n, inputs: n.inputs.map((i) => (i === 'y' ? 'a' : i)) })) }
  expect(print(inlineFunctions({ ...twice, opsets: { '': 18, own: 1 }, functions: [clean] }).graph)).toBe(
    [
      'input x: float32[1]',
      'F_of_t/t = Relu(x)',
      't = Add(F_of_t/t, x)',
      'F_of_y/t = Relu(t)',
      'y = Add(F_of_y/t, t)',
      'output y: float32',
    ].join('\n'),
  )
})

test('functions in a circle are refused with the circle', () => {
  const model = using(define('F', ['own:G', 'a', 'b']), define('G', ['own:F', 'a', 'b']))
  expect(() => inlineFunctions(model)).toThrow(
    "The model's functions call each other in a circle: own:F -> own:G -> own:F.",
  )
})

test('functions that double at every step are refused before they fill the memory', () => {
  const steps = Array.from({ length: 40 }, (_, i) =>
    define(i ? `F${i}` : 'F', [`own:F${i + 1}`, 'a', 't'], [`own:F${i + 1}`, 't', 'b']),
  )
  expect(() => inlineFunctions(using(...steps, define('F40', ['Relu', 'a', 'b'])))).toThrow(
    'The model holds 1099511627776 nodes once its functions are written out (at most 200000)',
  )
})
