/** Every CAM of one program against its slow twin, on PyTorch's float64 activations and gradients, two images at once. */

import { describe, expect, test } from 'vitest'
import { classInput, compileMethod, findMethod } from '../../../src/explain/index.ts'
import { openModel } from '../../../src/models/index.ts'
import { openProgram } from '../../../src/runtime/index.ts'
import { int64, numbers, type Tensor } from '../../../src/tensor/index.ts'
import { array, bytes, nets, relativeError } from '../../fixture-nets.ts'
import { channelsOf, type Maps, twins } from './twins.ts'

const cases = nets.flatMap((entry) => {
  const [{ file, layer }] = entry.models as [{ file: string; layer?: string }]
  return layer && entry.files.activation ? [[file, { entry, layer }] as const] : []
})

/** [C, h, w] of image n: of maps as they are, of tokens without the class token, which comes first. */
function mapsOf(array: Tensor, data: Float64Array, n: number) {
  const [, second = 0, third = 0] = array.dims
  const image = data.slice((n * data.length) / 2, ((n + 1) * data.length) / 2)
  if (array.dims.length === 4) return channelsOf(image, second)
  return Array.from({ length: third }, (_, k) => image.filter((_, i) => i >= third && i % third === k))
}

/**
 * float32's rounding of what HiResCAM sums, as a share of the sum: behind a layer normalisation the score does not change with
 * a token's scale, so that g A nearly adds up to zero there (Euler's theorem for homogeneous functions).
 */
function roundingOf(twin: string, a: Maps, g: Maps, expected: Float64Array): number {
  if (twin !== 'hires-cam') return 0
  const length = (values: Float64Array) => Math.hypot(...values)
  const size = expected.map((_, i) =>
    a.reduce((sum, c, k) => sum + Math.abs((c[i] as number) * (g[k]?.[i] as number)), 0),
  )
  return (2 ** -22 * length(size)) / length(expected)
}

describe.each(cases)('%s', (file, { entry, layer }) => {
  const x = array(entry, 'x')
  const [activation, gradients] = [array(entry, 'activation'), array(entry, 'layerGradient')]
  const vision = openModel(bytes(file), {
    preset: { fit: 'stretch' },
    size: [x.dims[2] as number, x.dims[3] as number],
  })

  test.each(Object.keys(twins))('%s', async (twin) => {
    const [name, form] = twin.split(' ') as [string, string | undefined]
    const compiled = await compileMethod(await vision, findMethod(name), {
      layer,
      options: form === undefined ? {} : { form },
      class: 'required',
    })
    await using program = await openProgram(compiled.model)
    const chosen: Record<string, Tensor> = compiled.classes.class
      ? { [classInput]: int64([1], [entry.classes[0] as number]) }
      : {}
    const map = numbers((await program.run({ [(await vision).image.name]: x, ...chosen })).heatmap as Tensor)
    for (const n of [0, 1]) {
      const [a, g] = [mapsOf(activation, numbers(activation), n), mapsOf(gradients, numbers(gradients), n)]
      const expected = twins[twin]?.(a, g) as Float64Array
      const mine = map.slice((n * map.length) / 2, ((n + 1) * map.length) / 2)
      if (expected.every((value) => value === 0)) expect(Math.max(...mine.map(Math.abs))).toBe(0)
      else expect(relativeError(mine, expected)).toBeLessThan(Math.max(1e-4, roundingOf(twin, a, g, expected)))
    }
  })
})
