/** SmoothGrad and its relatives, and integrated gradients, as files: what the run gives, from one program. */

import { beforeAll, describe, expect, test } from 'vitest'
import { compileMethod, exportMethod, findMethod, openExplainer } from '../../src/explain/index.ts'
import { openModel, prepare, type VisionModel } from '../../src/models/index.ts'
import { encodeModel } from '../../src/onnx/index.ts'
import { createSession } from '../../src/platform/node.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { float32, type Image, int64, numbers, type Tensor } from '../../src/tensor/index.ts'
import { bytes, relativeError } from '../fixture-nets.ts'
import { noisePicture } from '../small-nets.ts'

const pictures: readonly Image[] = [noisePicture(16, 16, 1), noisePicture(16, 16, 2)]

let vision: VisionModel
beforeAll(async () => {
  vision = await openModel(bytes('f1-torchscript-17.onnx'), { preset: 'unit', size: [16, 16] })
})

const both = (): Tensor<'float32'> => {
  const rows = pictures.map((picture) => prepare(picture, vision.format).tensor.data)
  return float32(
    [2, 3, 16, 16],
    rows.flatMap((row) => [...row]),
  )
}

describe.each([
  ['smooth-grad', { samples: 6 }],
  ['smooth-grad', { samples: 6, unit: 'absolute', sign: 'signed' }],
  ['smooth-grad-squared', { samples: 5 }],
  ['var-grad', { samples: 5 }],
  ['integrated-gradients', { steps: 7 }],
  ['integrated-gradients', { steps: 7, baseline: 'mean', quadrature: 'trapezoid' }],
  ['integrated-gradients', { steps: 5, baseline: 'blurred', blur: 2 }],
  ['integrated-gradients', { steps: 5, baseline: 'noise' }],
] as const)('%s %o', (name, options) => {
  test('two images and a class each: what two runs give', async () => {
    const compiled = await compileMethod(vision, findMethod(name), { options, class: 'required' })
    await using program = await openProgram(compiled.model)
    const together = await program.run({ [vision.image.name]: both(), class_index: int64([2], [3, -1]) })
    const maps = together.heatmap as Tensor
    expect(maps.dims).toEqual([2, 16, 16])
    await using explainer = await openExplainer(vision, findMethod(name), { options })
    for (const [n, chosen] of [3, 'top'].entries()) {
      const { raw } = await explainer.explain(pictures[n] as Image, { class: chosen })
      // Both sum the same float32 gradients, in float32 here and in float64 there.
      expect(relativeError(numbers(maps).subarray(n * 256, (n + 1) * 256), raw.data)).toBeLessThan(1e-5)
    }
  })
})

describe('the file', () => {
  test("the model's own outputs are those of the model, bit for bit, with and without a class", async () => {
    const { bytes: made, compiled } = await exportMethod(vision, findMethod('smooth-grad'), { options: { samples: 4 } })
    expect(compiled.rows).toBe(4)
    const feeds = { [vision.image.name]: both() }
    const before = await createSession(encodeModel(vision.model, { inline: true }), { device: 'cpu' })
    const after = await createSession(made, { device: 'cpu' })
    const [own, kept] = [await before.run(feeds, ['logits']), await after.run(feeds, ['logits', 'heatmap'])]
    expect(kept.logits?.data).toEqual(own.logits?.data)
    expect(kept.heatmap?.dims).toEqual([2, 16, 16])
    await before.release()
    await after.release()
  })

  test('it holds the weights once, and the noise', async () => {
    const size = async (samples: number) =>
      (await exportMethod(vision, findMethod('smooth-grad'), { options: { samples } })).bytes.length
    const [two, ten] = [await size(2), await size(10)]
    const noise = 8 * 3 * 16 * 16 * 4
    expect(Math.abs(ten - two - noise)).toBeLessThan(200)
    const { bytes: path } = await exportMethod(vision, findMethod('integrated-gradients'), {
      options: { baseline: 'mean' },
    })
    const { bytes: plain } = await exportMethod(vision, findMethod('input-x-gradient'))
    const nodes = 12_000
    expect(path.length - plain.length).toBeLessThan(nodes)
  })

  test.each([
    ['integrated-gradients', { baseline: 'image' }, 'has no picture'],
    ['guided-integrated-gradients', {}, 'waits for the answers'],
  ])('%s %o is refused in words', async (name, options, words) => {
    await expect(exportMethod(vision, findMethod(name), { options })).rejects.toMatchObject({
      code: 'FOVEA_USAGE',
      message: expect.stringContaining(words),
    })
  })
})
