/** Opening models of every form: what is found, what is guessed with which evidence, and that explanations look at the right place. */

import { describe, expect, test } from 'vitest'
import { explain } from '../../src/explain/index.ts'
import { inspect, openModel, predictions } from '../../src/models/index.ts'
import { encodeModel } from '../../src/onnx/index.ts'
import { float32, int64, type Plane } from '../../src/tensor/index.ts'
import { modelOf, noise } from '../onnx/small-models.ts'
import { file, square } from '../target-nets.ts'

const image = square(32, [8, 16, 8])

/** The share of what a map holds that lies on the red square, of size 8 at (8, 16) of 32. */
function onSquare({ data, width, height }: Plane): number {
  let [inside, all] = [0, 0]
  data.forEach((value, i) => {
    const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height]
    const size = Math.abs(value)
    all += size
    if (x > 0.25 && x < 0.5 && y > 0.5 && y < 0.75) inside += size
  })
  return inside / all
}

const unit = { scale: 1 / 255, fit: 'stretch' } as const
const raw = { scale: 1, fit: 'stretch' } as const

describe('every form of input', () => {
  test.each([
    ['pixels-nhwc.onnx', raw, 'NHWC', 3, null],
    ['keras.onnx', raw, 'NHWC', 3, null],
    ['old-zoo.onnx', raw, 'NCHW', 3, 1],
    ['single.onnx', unit, 'NCHW', 3, 0],
    ['eight.onnx', unit, 'NCHW', 3, 8],
    ['half.onnx', unit, 'NCHW', 3, null],
    ['multi-label.onnx', unit, 'NCHW', 3, null],
  ] as const)('%s: explains what is red by what is red', async (name, preset, layout, depth, batch) => {
    const vision = await openModel(file(name), { preset })
    expect(vision).toMatchObject({ format: { layout, depth }, batch })
    const same = square(16, [4, 8, 4])
    const { raw: map, certificate } = await explain(vision, same, { method: 'saliency', class: 0 })
    expect(certificate).toMatchObject({ status: 'ok', class: 0 })
    expect([map.width, map.height]).toEqual([16, 16])
    expect(map.data).toBeInstanceOf(Float32Array)
    expect(onSquare(map)).toBeGreaterThan(0.99)
  })

  test('half precision: the gradient is that of single precision', async () => {
    const half = await explain(await openModel(file('half.onnx'), { preset: unit }), image, {
      method: 'saliency',
      class: 0,
    })
    const full = await explain(await openModel(file('multi-label.onnx'), { preset: unit }), image, {
      method: 'saliency',
      class: 0,
    })
    expect(half.raw.data).toEqual(full.raw.data)
    expect(half.certificate.score).toBeCloseTo(full.certificate.score, 3)
  })

  test('double precision', async () => {
    const vision = await openModel(file('double.onnx'), { preset: unit })
    const { certificate } = await explain(vision, image, { method: 'saliency', class: 0 })
    // The mean of a linear score: the same 1/256 at every pixel.
    expect(certificate).toMatchObject({ status: 'constant', maximum: 1 / 256 })
  })

  test('grey', async () => {
    const vision = await openModel(file('grey.onnx'))
    const white = square(16, [4, 4, 4], [255, 255, 255])
    const { certificate, scores } = await explain(vision, white, { method: 'grad-cam', class: 0 })
    expect(certificate.status).toBe('ok')
    expect(scores[0]).toBeCloseTo((16 + (240 * 128) / 255) / 256, 5)
    expect(vision.notes.join()).toContain('has one channel')
  })
})

describe('guesses are announced with their evidence', () => {
  test.each([
    ['keras.onnx', 'raw', "values from 0 to 255 are assumed, because node 'q' (Mul) multiplies it by 0.007843"],
    ['old-zoo.onnx', 'raw', "because node 'n' (Sub) subtracts 123.7, 116.8, 103.9"],
    ['pixels-nhwc.onnx', 'raw', "because its input 'pixels' is uint8"],
    ['grey.onnx', 'unit', 'because the input has one channel'],
    ['half.onnx', 'torchvision', "torchvision's ImageNet preset is assumed (a guess"],
    ['eight.onnx', 'torchvision', 'exactly 8 images at once'],
    ['regression.onnx', 'torchvision', 'its answer redness[0] is explained'],
    ['segmenter.onnx', 'torchvision', 'leaves its size open'],
  ])('%s', async (name, preset, words) => {
    const vision = await openModel(file(name))
    expect(vision.format.preset.name).toBe(preset)
    expect(vision.notes.join('\n')).toContain(words)
  })

  test('a preset that contradicts the graph is used, and the contradiction is said', async () => {
    const vision = await openModel(file('keras.onnx'), { preset: 'torchvision' })
    expect(vision.format.preset.name).toBe('torchvision')
    expect(vision.notes.join()).toContain('seems to want values from 0 to 255')
  })

  test('integer pixels are fed as they are, whatever the preset says', async () => {
    const vision = await openModel(file('pixels-nhwc.onnx'), { preset: 'torchvision' })
    expect(vision.format.preset).toMatchObject({ scale: 1, mean: [0, 0, 0] })
    expect(vision.notes.join()).toContain('is uint8: pixels from 0 to 255')
  })
})

describe('answers', () => {
  test('a softmax, a sigmoid, neither: logits come before them', async () => {
    expect((await openModel(file('old-zoo.onnx'))).head).toMatchObject({
      logits: 'p',
      shows: 'probabilities',
      classes: 3,
    })
    expect((await openModel(file('multi-label.onnx'))).head).toMatchObject({ logits: 'f', probability: 'sigmoid' })
    expect((await openModel(file('single.onnx'))).head).toMatchObject({ logits: 'logits', classes: 3 })
  })

  test('weights that are listed as inputs are constants', async () => {
    const found = inspect(await openModel(file('old-zoo.onnx')))
    expect(found.inputs.map(({ name }) => name)).toEqual(['data'])
  })

  test('a regression: its values, the class is null', async () => {
    const vision = await openModel(file('regression.onnx'), { preset: unit })
    const { raw: map, certificate, scores } = await explain(vision, image, { method: 'saliency' })
    expect(certificate).toMatchObject({ objective: 'redness[0]', class: null, label: null, status: 'ok' })
    expect(onSquare(map)).toBeGreaterThan(0.99)
    expect(predictions(vision, scores)).toMatchObject([{ label: 'redness[0]', probability: null }])
    expect(scores[0]).toBeCloseTo(1 / 16, 5)
    const less = await explain(vision, image, { method: 'saliency', target: '-y[0]', options: { sign: 'signed' } })
    expect(less.certificate).toMatchObject({ objective: '-redness[0]', minimum: expect.closeTo(-1 / 1024, 6) })
  })

  test('a segmenter: one class on its own region', async () => {
    const vision = await openModel(file('segmenter.onnx'), { size: [32, 32], preset: unit })
    expect(vision.head).toBeUndefined()
    const { raw: map, scores } = await explain(vision, image, {
      method: 'saliency',
      target: 'sum(seg[0] * (argmax(seg) == 0))',
    })
    expect(scores).toHaveLength(0)
    expect(onSquare(map)).toBeGreaterThan(0.5)
    await expect(explain(vision, image)).rejects.toMatchObject({
      code: 'FOVEA_USAGE',
      message: expect.stringContaining('sum(classes[0])'),
    })
  })

  test('a detector behind non-maximum suppression: the score of what it found first', async () => {
    const vision = await openModel(file('detector.onnx'), { preset: unit })
    for (const method of ['saliency', 'grad-cam']) {
      const { raw: map, certificate } = await explain(vision, image, {
        method,
        target: 'scores[0]',
        options: {},
        layer: method === 'grad-cam' ? 's' : undefined,
      })
      expect(certificate).toMatchObject({ status: 'ok', class: null })
      if (method === 'saliency') expect(onSquare(map)).toBeGreaterThan(0.99)
    }
    await expect(explain(vision, image, { method: 'saliency', target: 'scores[4]' })).rejects.toMatchObject({
      message: expect.stringContaining('a place that this image does not have'),
    })
  })
})

describe('several inputs', () => {
  const options = { preset: unit } as const
  test('must be given; the default of another is kept, or replaced', async () => {
    await expect(openModel(file('two-inputs.onnx'), options)).rejects.toMatchObject({
      code: 'FOVEA_USAGE',
      message: expect.stringContaining('--input patient='),
    })
    const scoreOf = async (inputs: Parameters<typeof openModel>[1]) => {
      const vision = await openModel(file('two-inputs.onnx'), { ...options, ...inputs })
      return (await explain(vision, image, { method: 'saliency', class: 0 })).certificate.score
    }
    expect(await scoreOf({ inputs: { patient: [0, 1] } })).toBeCloseTo(4 / 16, 5)
    expect(await scoreOf({ inputs: { patient: float32([1, 2], [2, 1]) } })).toBeCloseTo(4 / 16 + 1, 5)
    expect(await scoreOf({ inputs: { patient: [0, 1], gain: [8, 1, 1] } })).toBeCloseTo(8 / 16, 5)
  })

  test.each([
    [{ patient: [1, 2, 3] }, 'FOVEA_SHAPE', '3 numbers was given'],
    [{ patient: int64([2], [1, 2]), age: 3 }, 'FOVEA_USAGE', "no input 'age'"],
  ])('%o', async (inputs, code, words) => {
    await expect(openModel(file('two-inputs.onnx'), { inputs })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })
})

describe('refusals', () => {
  test.each([
    ['half.onnx', { layout: 'NHWC' }, 'FOVEA_MODEL', '--layout NCHW'],
    ['keras.onnx', { preset: { layout: 'NCHW' } }, 'FOVEA_MODEL', '--layout NHWC'],
    ['pools.onnx', { size: [6, 6] }, 'FOVEA_IMAGE_TOO_SMALL', 'A picture of 6x6 is too small'],
    ['old-zoo.onnx', { size: [8, 8] }, 'FOVEA_USAGE', 'fixed at 16'],
    ['many.onnx', { output: 'sge' }, 'FOVEA_USAGE', "'classes', 'seg', 'boxes', 'scores'"],
  ] as const)('%s %o', async (name, options, code, words) => {
    await expect(openModel(file(name), options as never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })

  test('several lists of scores: one that ends in a softmax is taken', async () => {
    const vision = await openModel(file('many.onnx'), { size: [8, 8] })
    expect(vision.head?.output).toBe('classes')
  })
})

describe('the size of the picture', () => {
  test.each([3, 7, 16])('%d x %d is too small for the built-in model', async (side) => {
    const error = await openModel(undefined, { size: [side, side] }).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'FOVEA_IMAGE_TOO_SMALL' })
    expect(error.message).toMatch(/is too small for the model: .* \(it steps by 2 x 2 over a map of a single cell\)/)
  })

  test('17 x 17 is not: one cell is left', async () => {
    await expect(openModel(undefined, { size: [17, 17] })).resolves.toMatchObject({ format: { height: 17 } })
  })

  test.each([[[0, 0]], [[-5, 32]], [[7.5, 32]], [[32, 100_000]]] as const)('%o is none', async (size) => {
    await expect(openModel(undefined, { size })).rejects.toMatchObject({ code: 'FOVEA_USAGE' })
  })
})

describe('a model without anything to explain by itself', () => {
  const refused = async (model: string | Uint8Array) => {
    const vision = await openModel(model, { preset: unit })
    // What the error says needs no note before it.
    expect(vision.notes.join('\n')).not.toContain('--target')
    return explain(vision, image, { method: 'saliency' }).catch((error) => error.message)
  }

  test('a segmenter: its map', async () => {
    expect(await refused(file('segmenter.onnx'))).toContain('for example sum(classes[0])')
  })

  test('only whole numbers: the layer that they were made of', async () => {
    const model = modelOf({
      opset: 18,
      inputs: { x: noise([1, 3, 16, 16]) },
      constants: { w: noise([4, 3, 3, 3]) },
      nodes: [
        ['Conv', 'x w', 'scores'],
        ['ArgMax', 'scores', 'y', { axis: 1 }],
      ],
      outputs: { y: 'int64' },
    })
    const bytes = encodeModel(model)
    expect(await refused(bytes)).toContain('for example mean(layer("scores")[0])')
    const vision = await openModel(bytes, { preset: unit })
    const { certificate } = await explain(vision, image, { method: 'saliency', target: 'mean(layer("scores")[0])' })
    expect(certificate.status).toBe('ok')
  })
})
