/** What the probe measures is what the values really are when the model runs. */

import { describe, expect, test } from 'vitest'
import { Builder, readModel, type Value, valueDtypes } from '../../src/onnx/index.ts'
import { probe, readValues } from '../../src/runtime/index.ts'
import { float32, numbers, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { model } from '../autodiff/row.ts'
import { array, bytes, nets } from '../fixture-nets.ts'

const cases = nets.flatMap((entry) => entry.models.map((model) => [model.file, entry] as const))

describe.each(cases)('%s', (file, entry) => {
  test('every shape, for one image and which axes grow with two', async () => {
    const model = readModel(bytes(file))
    const x = array(entry, 'x')
    const input = model.graph.inputs[0]?.name as string
    const one = { ...x, dims: [1, ...x.dims.slice(1)], data: x.data.slice(0, x.data.length / 2) }
    const measured = await probe(model, { sizes: { [input]: [null, ...x.dims.slice(1)] } })
    const dtypes = valueDtypes(model.graph)
    const names = model.graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && dtypes.has(name))
    const [single, double] = [
      await readValues(model, { [input]: one }, names),
      await readValues(model, { [input]: x }, names),
    ]
    for (const name of names) {
      const shape = measured.shapes.get(name)
      expect(shape?.dims, name).toEqual(single[name]?.dims)
      expect(shape?.batch, name).toEqual(double[name]?.dims.map((dim, i) => dim !== single[name]?.dims[i]))
    }
  })
})

/** Builds y = f(x), x of the given shape, and says what each value really is for one image and for two. */
async function checkProbe(shape: readonly (number | string)[], write: (builder: Builder, x: Value) => void) {
  const builder = new Builder({
    name: 'g',
    inputs: [],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  write(builder, builder.input('x', 'float32', shape))
  const made = model(builder.finish())
  const names = made.graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '')
  const feeds = (batch: number) => {
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : batch))
    return { x: float32(dims, new Float32Array(sizeOf(dims)).fill(0.5)) }
  }
  const measured = await probe(made)
  const one = await readValues(made, feeds(1), names)
  const two = measured.batch === true ? await readValues(made, feeds(2), names) : one
  for (const name of names) {
    expect(measured.shapes.get(name)?.dims, name).toEqual(one[name]?.dims)
    expect(measured.shapes.get(name)?.batch, name).toEqual(two[name]?.dims.map((d, i) => d !== one[name]?.dims[i]))
    const known = measured.integers.get(name)
    if (known) expect(numbers(known), name).toEqual(numbers(one[name] as Tensor))
  }
  return measured
}

describe('what is not inferred is run', () => {
  test('an operator without a rule, with inferred values before and behind it', async () => {
    const measured = await checkProbe(['N', 3, 8, 8], ({ op }, x) => {
      const a = op.Relu(x)
      const b = op.Col2Im(op.Reshape(a, [0, 12, 16]), [8, 8], [2, 2], { strides: [2, 2] })
      op.Transpose(op.MaxPool(b, { kernel_shape: [2, 2], strides: [2, 2] }), { perm: [0, 2, 3, 1] })
    })
    expect(measured.batch).toBe(true)
  })

  test('steering numbers that no rule computes', async () => {
    const measured = await checkProbe(['N', 3, 8, 8], ({ op }, x) => {
      const [height, width] = [1, 2].map((i) => op.Slice(op.CumSum(op.Shape(x, { start: 1 }), 0), [i], [i + 1], [0]))
      const sizes = op.Concat([1, 3], height as Value, width as Value, { axis: 0 })
      op.Resize(op.Slice(op.Relu(x), [0], [1], [0]), null, null, sizes, { mode: 'nearest' })
    })
    expect([...measured.integers.values()].map((t) => [...numbers(t)])).toContainEqual([1, 3, 11, 19])
  })

  test('sizes that depend on what the image shows', async () => {
    await checkProbe([1, 4], ({ op }, x) => {
      op.Transpose(op.NonZero(op.Relu(x)), { perm: [1, 0] })
    })
  })

  test('a batch of two that does not fit is refused by ONNX Runtime, in its words', async () => {
    const measured = await checkProbe(['N', 4], ({ op }, x) => {
      op.Relu(op.Reshape(op.Relu(x), [2, 2]))
    })
    expect(measured.batch).toMatch(/Reshape/)
  })
})
