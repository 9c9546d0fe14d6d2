/** How many images a run may take. */

import { expect, test } from 'vitest'
import { rowsAtOnce } from '../../src/explain/rows.ts'
import type { VisionModel } from '../../src/models/index.ts'
import { Builder, type Measured, type Model, type Shape } from '../../src/onnx/index.ts'

const mega = 2 ** 18

/** x -> `length` activations of so many MiB an image, one behind the other; the last one comes of the first, too. */
function chain(length: number, megabytes: number, shared: boolean) {
  const builder = new Builder({
    name: 'chain',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', megabytes * mega] }],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const first = builder.op.Relu(builder.value('x'))
  let value = first
  for (let i = 1; i < length; i++) value = builder.op.Relu(value)
  const graph = builder.finish([shared ? builder.op.Add(value, first) : value])
  const shape: Shape = { dims: [1, megabytes * mega], batch: [true, false] }
  const shapes = new Map(graph.nodes.flatMap(({ outputs }) => outputs.map((name) => [name, shape])))
  return { graph, shapes }
}

function rows({ graph, shapes }: ReturnType<typeof chain>, known: Measured['shapes'] = shapes): readonly number[] {
  const measured = (of: Measured['shapes']): Measured => ({ shapes: of, integers: new Map(), batch: true })
  const vision = { batch: null, measured: measured(shapes) } as VisionModel
  return rowsAtOnce(vision, { graph } as Model, measured(known))
}

test('what is alive together counts, however long the model is: 768 MiB', () => {
  // Two values: one that is read, one that is written.
  expect(rows(chain(40, 64, false))).toEqual([1, 4, 6])
  expect(rows(chain(80, 64, false))).toEqual([1, 4, 6])
  // A third one is kept for the end.
  expect(rows(chain(40, 64, true))).toEqual([1, 4])
  expect(rows(chain(40, 1, false))).toEqual([1, 4, 16])
  expect(rows(chain(3, 800, false))).toEqual([1])
})

test('with values that were not measured (a backward pass): twice all that were', () => {
  const short = chain(8, 16, false)
  expect(rows(short)).toEqual([1, 4, 16])
  expect(rows(short, new Map())).toEqual([1, 3])
})

test('a fixed number, or none', () => {
  const { graph, shapes } = chain(2, 1, false)
  const measured: Measured = { shapes, integers: new Map(), batch: true }
  expect(rowsAtOnce({ batch: 8, measured } as VisionModel, { graph } as Model, measured)).toEqual([8])
  expect(rowsAtOnce({ batch: 0, measured } as VisionModel, { graph } as Model, measured)).toEqual([1])
  const alone: Measured = { ...measured, batch: 'it adds up over images' }
  expect(rowsAtOnce({ batch: null, measured: alone } as VisionModel, { graph } as Model, alone)).toEqual([1])
})
