/** The compiler by itself: a graph, a scalar in it, and the gradient at any value, as one more output of the same graph. */

import { differentiate, gradient } from 'fovea/autodiff'
import { Builder, type Graph, print } from 'fovea/onnx'

const measured = { shapes: new Map([['x', { dims: [3], batch: [false] }]]), integers: new Map(), batch: true } as const
const empty: Graph = {
  name: 'example',
  inputs: [],
  outputs: [],
  nodes: [],
  constants: new Map(),
  valueTypes: new Map(),
}

const builder = new Builder(empty)
const x = builder.input('x', 'float32', [3])
builder.named('Tanh', 'y', builder.op.Sin(x))
const shapes = new Map([...measured.shapes, ['y', { dims: [3], batch: [false] }]] as const)

console.log(
  print(
    differentiate(builder.finish(), { objective: 'y', wrt: ['x'], rules: gradient, measured: { ...measured, shapes } }),
  ),
)
