/** The gradient family on networks of which the answer is known: closed forms, completeness, PyTorch's gradients. */

import { describe, expect, test } from 'vitest'
import {
  compileMethod,
  type Explanation,
  findMethod,
  type Options,
  openExplainer,
  type Request,
} from '../../src/explain/index.ts'
import { openModel, prepare, type VisionModel } from '../../src/models/index.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { type Image, int64, numbers, type Tensor } from '../../src/tensor/index.ts'
import { array, bytes, net, part, relativeError } from '../fixture-nets.ts'
import { halfSquare, noisePicture, plain } from '../small-nets.ts'

const opened = (source: Uint8Array, size: readonly [number, number]) => openModel(source, { preset: 'unit', size })
const fixture = (name: string) => opened(bytes(`${name}-17.onnx`), name.startsWith('f9') ? [4, 4] : [16, 16])

interface Asked extends Request {
  readonly options?: Options
  readonly target?: string
  readonly layer?: string
  readonly image?: Image
}

async function run(
  vision: VisionModel,
  method: string,
  { options = {}, target, layer, image, ...request }: Asked = {},
): Promise<Explanation> {
  const choice = { options, ...(target ? { target } : {}), ...(layer ? { layer } : {}) }
  await using explainer = await openExplainer(vision, findMethod(method), choice)
  return await explainer.explain(image ?? noisePicture(vision.format.width, vision.format.height, 3), request)
}

const share = ({ certificate }: Explanation) =>
  Math.abs(certificate.completeness?.error ?? Number.NaN) / Math.abs(certificate.completeness?.promised ?? 0)

describe('a linear score', () => {
  test('SmoothGrad is the gradient for any noise, VarGrad zero', async () => {
    const linear = await fixture('f9-linear-torchscript')
    const plainMap = await run(linear, 'saliency', { class: 1 })
    const options = { samples: 5, noise: 3 }
    const smooth = await run(linear, 'smooth-grad', { class: 1, options })
    expect(relativeError(smooth.raw.data, plainMap.raw.data)).toBeLessThan(1e-6)
    expect(smooth.standardError?.data.every((v) => v === 0)).toBe(true)
    expect((await run(linear, 'var-grad', { class: 1, options })).raw.data.every((v) => v === 0)).toBe(true)
    const squared = await run(linear, 'smooth-grad-squared', { class: 1, options })
    expect(
      relativeError(
        squared.raw.data,
        plainMap.raw.data.map((v) => v * v),
      ),
    ).toBeLessThan(1e-6)
  })

  test.each([
    ['integrated-gradients', { steps: 3, quadrature: 'left' }],
    ['guided-integrated-gradients', { steps: 9 }],
    ['expected-gradients', { samples: 7 }],
  ])('%s adds up, whatever the path', async (method, options) => {
    // Scores of size 1 in float32, two of them subtracted.
    expect(share(await run(await fixture('f9-linear-torchscript'), method, { class: 0, options }))).toBeLessThan(1e-5)
  })

  test('blur integrated gradients tend to w . (x - blur x) as the steps grow', async () => {
    const linear = await fixture('f9-linear-torchscript')
    const errors: number[] = []
    for (const steps of [10, 40, 160]) {
      const { certificate } = await run(linear, 'blur-integrated-gradients', {
        class: 0,
        options: { steps, blur: 4, quadrature: 'midpoint' },
      })
      errors.push(Math.abs(certificate.completeness?.error as number))
    }
    expect(errors[1]).toBeLessThan(errors[0] as number)
    expect(errors[2]).toBeLessThan(1e-3)
  })
})

describe('a quadratic score, whose gradient is the image', () => {
  test.each([
    ['right', 5, 6 / 5],
    ['left', 5, 4 / 5],
    ['linspace', 5, 1],
    ['trapezoid', 5, 1],
    ['midpoint', 1, 1],
    ['gauss-legendre', 2, 1],
  ])('integrated gradients, %s with %i points: %f of S(x) - S(0)', async (quadrature, steps, expected) => {
    const vision = await opened(halfSquare.bytes, halfSquare.size)
    const { certificate } = await run(vision, 'integrated-gradients', {
      target: 'y[0]',
      options: { quadrature, steps, baseline: 'mean' },
    })
    const { sum, promised } = certificate.completeness as { sum: number; promised: number }
    expect(sum / promised).toBeCloseTo(expected, 5)
  })

  test('the noise has the standard deviation share x range, and SmoothGrad its error', async () => {
    const vision = await opened(halfSquare.bytes, halfSquare.size)
    const image = noisePicture(5, 4, 11)
    const values = prepare(image, vision.format).tensor.data
    const sigma = 0.3 * (Math.max(...values) - Math.min(...values))
    const samples = 4000
    const options = { samples, noise: 0.3, channels: 'sum' }
    const variance = await run(vision, 'var-grad', { target: 'y[0]', image, options })
    const mean = variance.raw.data.reduce((a, b) => a + b) / 60
    // The mean of 60 variances, each known to sqrt(2 / samples): four standard errors.
    expect(Math.abs(mean / sigma ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / samples / 60))
    const smooth = await run(vision, 'smooth-grad', { target: 'y[0]', image, options: { ...options, sign: 'signed' } })
    const gradient = await run(vision, 'saliency', {
      target: 'y[0]',
      image,
      options: { channels: 'sum', sign: 'signed' },
    })
    const rms = Math.sqrt(
      smooth.raw.data.reduce((sum, v, i) => sum + (v - (gradient.raw.data[i] as number)) ** 2, 0) / 20,
    )
    expect(rms / (sigma * Math.sqrt(3 / samples))).toBeGreaterThan(0.5)
    expect(rms / (sigma * Math.sqrt(3 / samples))).toBeLessThan(1.5)
  })
})

describe('networks with ReLU', () => {
  const nets = ['f1-torchscript', 'f2-torchscript', 'f3-torchscript']

  // The gradient jumps where a ReLU opens, so a rule's error is a share of the map's size, not of a score whose parts cancel.
  test.each(nets)(
    '%s: integrated gradients add up to a hundredth of the map at 50 points, and to the score with 1000',
    async (name) => {
      const vision = await fixture(name)
      const at = (steps: number) => run(vision, 'integrated-gradients', { class: 0, options: { steps } })
      const [usual, many] = [await at(50), await at(1000)]
      const size = usual.raw.data.reduce((sum, v) => sum + Math.abs(v), 0)
      const error = ({ certificate }: Explanation) => Math.abs(certificate.completeness?.error as number)
      expect(error(usual)).toBeLessThan(1e-2 * size)
      expect(error(many)).toBeLessThan(1e-3 * Math.abs(many.certificate.score))
      expect(error(many)).toBeLessThan(error(usual))
    },
  )

  test.each([
    'f1-torchscript',
    'f2-torchscript',
    'f3-torchscript',
    'f3-unfolded',
    'f5-torchscript',
    'f7-torchscript',
    'f8-torchscript',
  ])('%s: FullGrad is the score exactly (I3)', async (name) => {
    const { certificate } = await run(
      await fixture(name),
      'full-grad',
      name.startsWith('f7') ? { target: 'y[0]' } : { class: 0 },
    )
    const { sum, promised } = certificate.completeness as { sum: number; promised: number }
    // Float32: some thousand terms of size 1.
    expect(Math.abs(sum - promised)).toBeLessThan(1e-5 * Math.max(1, Math.abs(promised)))
    expect(certificate.notes).toEqual([])
  })

  test.each(['f4-torchscript', 'f6-torchscript'])('%s bends: FullGrad says so', async (name) => {
    const { certificate } = await run(await fixture(name), 'full-grad', { class: 0 })
    expect(certificate.notes.join()).toContain('not piecewise linear')
    expect(Math.abs(certificate.completeness?.error as number)).toBeGreaterThan(1e-3)
  })

  test.each(['f1-torchscript', 'f3-torchscript', 'f6-torchscript'])(
    "%s: input x gradient with PyTorch's gradient",
    async (name) => {
      const entry = net(name.slice(0, 2))
      const vision = await fixture(name)
      const compiled = await compileMethod(vision, findMethod('input-x-gradient'), { class: 'required' })
      await using program = await openProgram(compiled.model)
      const x = array(entry, 'x')
      const answers = await program.run({
        [vision.image.name]: x,
        class_index: int64([1], [entry.classes[0] as number]),
      })
      const gradient = part(array(entry, 'gradients'), 0)
      const expected = new Float64Array(2 * 256)
      gradient.forEach((g, i) => {
        const place = Math.floor(i / 768) * 256 + (i % 256)
        expected[place] = (expected[place] as number) + g * (x.data[i] as number)
      })
      expect(relativeError(numbers(answers.heatmap as Tensor), expected)).toBeLessThan(1e-4)
    },
  )

  test('without biases input x gradient adds up to the score (I2)', async () => {
    const { raw, certificate } = await run(await fixture('f8-torchscript'), 'input-x-gradient', { class: 0 })
    expect(raw.data.reduce((a, b) => a + b)).toBeCloseTo(certificate.score, 5)
  })
})

describe('at a layer', () => {
  test('behind a global average pool, gradient x activation is Grad-CAM, and internal influence the gradient', async () => {
    const vision = await fixture('f1-torchscript')
    const product = await run(vision, 'gradient-x-activation', { class: 2 })
    const cam = await run(vision, 'grad-cam', { class: 2, options: { relu: false } })
    expect(relativeError(product.raw.data, cam.raw.data)).toBeLessThan(1e-5)
    const influence = await run(vision, 'internal-influence', { class: 2, options: { steps: 3 } })
    expect(influence.certificate.status).toBe('constant')
  })

  test('conductance adds up to S(x) - S(b), better with more steps', async () => {
    const vision = await fixture('f2-torchscript')
    const error = async (steps: number) => share(await run(vision, 'conductance', { class: 1, options: { steps } }))
    const [few, many] = [await error(4), await error(100)]
    expect(many).toBeLessThan(few)
    expect(many).toBeLessThan(1e-2)
  })
})

describe('baselines', () => {
  const grey = (level: number): Image => ({ width: 16, height: 16, data: new Uint8Array(768).fill(level) })

  test('two pictures are averaged over', async () => {
    const vision = await opened(plain.bytes, plain.size)
    const options = { steps: 8, baseline: 'image' }
    const maps = []
    for (const baseline of [[grey(40)], [grey(200)], [grey(40), grey(200)]])
      maps.push((await run(vision, 'integrated-gradients', { class: 1, options, pictures: { baseline } })).raw.data)
    const [one, other, both] = maps as [Float32Array, Float32Array, Float32Array]
    expect(
      relativeError(
        both,
        one.map((v, i) => (v + (other[i] as number)) / 2),
      ),
    ).toBeLessThan(1e-6)
  })

  test('black is the picture of zeros: an image that is black gets nothing', async () => {
    const vision = await opened(plain.bytes, plain.size)
    const { certificate } = await run(vision, 'integrated-gradients', {
      class: 1,
      image: grey(0),
      options: { steps: 2 },
    })
    expect(certificate).toMatchObject({ status: 'constant', maximum: 0 })
  })

  test.each([
    ['an image that is missing', { baseline: 'image' }, {}, 'none was given'],
    ['a picture that is not asked for', {}, { baseline: [grey(1)] }, '--baseline image'],
  ])('%s', async (_, options, pictures, words) => {
    const vision = await opened(plain.bytes, plain.size)
    await expect(run(vision, 'integrated-gradients', { class: 1, options, pictures })).rejects.toMatchObject({
      code: 'FOVEA_USAGE',
      message: expect.stringContaining(words),
    })
  })
})
