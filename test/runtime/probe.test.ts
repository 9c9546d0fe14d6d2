/** What the probe measures is what the values really are when the model runs. */

import { describe, expect, test } from 'vitest'
import { readModel, valueDtypes } from '../../src/onnx/index.ts'
import { probe, readValues } from '../../src/runtime/index.ts'
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
