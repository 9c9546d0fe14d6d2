/** Compiled gradients and Grad-CAMs of whole networks against PyTorch in float64, as both exporters write them. */

import { describe, expect, test } from 'vitest'
import { classInput, compileMethod, findMethod, type ProgramMethod } from '../../src/explain/index.ts'
import { openModel } from '../../src/models/index.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { int64, numbers, type Tensor } from '../../src/tensor/index.ts'
import { array, bytes, nets, part, relativeError } from '../fixture-nets.ts'

/** The input gradient itself as a method: what every gradient method starts from. */
const plainGradient: ProgramMethod = {
  ...(findMethod('saliency') as ProgramMethod),
  name: 'gradient',
  options: {},
  target: () => undefined,
  heatmap: ({ gradient }) => gradient,
}

const size = (x: Tensor) => [x.dims[2] as number, x.dims[3] as number] as const

const cases = nets
  .filter((entry) => array(entry, 'x').dims.length === 4)
  .flatMap((entry) => entry.models.map((model) => [model.file, { entry, model }] as const))

describe.each(cases)('%s', (file, { entry, model }) => {
  const x = array(entry, 'x')
  const criterion = Math.max(1e-4, 3 * entry.float32Error)

  test.each(['any', 'x64'] as const)(
    'input gradient for %s: PyTorch float64, two images at once, for each of two classes',
    async (engine) => {
      const vision = await openModel(bytes(file), { preset: { fit: 'stretch' }, size: size(x) })
      const compiled = await compileMethod(vision, plainGradient, { class: 'required', engine })
      await using program = await openProgram(compiled.model)
      const expected = array(entry, 'gradients')
      for (const [k, index] of entry.classes.entries()) {
        const answers = await program.run({ [vision.image.name]: x, [classInput]: int64([1], [index]) })
        const got = answers.heatmap as Tensor
        expect(got.dims).toEqual(x.dims)
        expect(relativeError(numbers(got), part(expected, k))).toBeLessThan(criterion)
      }
    },
  )

  test.runIf(entry.files.cam !== undefined && model.layer !== undefined)('Grad-CAM at its layer', async () => {
    const vision = await openModel(bytes(file), { preset: { fit: 'stretch' }, size: size(x) })
    const compiled = await compileMethod(vision, findMethod('grad-cam'), {
      layer: model.layer,
      options: { relu: false },
      class: 'required',
    })
    await using program = await openProgram(compiled.model)
    const answers = await program.run({
      [vision.image.name]: x,
      [classInput]: int64([1], [entry.classes[0] as number]),
    })
    expect(relativeError(numbers(answers.heatmap as Tensor), numbers(array(entry, 'cam')))).toBeLessThan(criterion)
  })
})
