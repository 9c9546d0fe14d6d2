/** Explaining photographs with the embedded model: geometry, certificates, statuses, classes, batches, errors. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { classInput, compileMethod, explain, findMethod, openExplainer, version } from '../../src/explain/index.ts'
import { openModel, prepare, type VisionModel } from '../../src/models/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { type Image, int64, numbers, type Tensor } from '../../src/tensor/index.ts'
import { bytes, relativeError } from '../fixture-nets.ts'
import { fittingPrograms } from './fitting.ts'

const programs = await fittingPrograms(await openModel())

const photo = (name: string) => decodeImage(new Uint8Array(readFileSync(`examples/photos/${name}`)), { name })
const reference = JSON.parse(readFileSync('test/fixtures/efficientnet-lite0.json', 'utf8'))
const boxes = JSON.parse(readFileSync('examples/photos/boxes.json', 'utf8')) as Record<
  string,
  { box: [number, number, number, number] }
>

let vision: VisionModel
let chelsea: Image
beforeAll(async () => {
  vision = await openModel()
  chelsea = await photo('chelsea.png')
})

describe.each(Object.keys(boxes))('%s', (name) => {
  test('the top classes and probabilities are those of PyTorch with PIL preprocessing', async () => {
    const image = await photo(name)
    const { scores, certificate } = await explain(vision, image)
    const top = reference[name].top as { class: number; logit: number }[]
    expect(certificate.class).toBe(top[0]?.class)
    for (const entry of top) expect(scores[entry.class]).toBeCloseTo(entry.logit, 2)
  })

  test('Grad-CAM is that of PyTorch', async () => {
    const { raw } = await explain(vision, await photo(name))
    const expected = (reference[name].gradCam as number[][]).flat().map((v) => Math.max(0, v))
    expect(relativeError(raw.data, expected)).toBeLessThan(1e-3)
  })

  /** Mass inside a box measured by eye, against the box's share of what the model saw. (The cat fills all that is seen.) */
  test.runIf(name !== 'chelsea.png').each([
    ['grad-cam', 1.4],
    ['saliency', 1.1],
  ])('%s prefers the object', async (method, least) => {
    const { heatmap, certificate } = await explain(vision, await photo(name), { method })
    const { inside, area } = share(heatmap, boxes[name]?.box as [number, number, number, number])
    expect(certificate.status).toBe('ok')
    expect(inside / area).toBeGreaterThan(least)
  })
})

/** The share of the positive mass, and of the seen area, that lies in a box. */
export function share(
  { data, width }: { data: Float32Array; width: number },
  [x, y, w, h]: readonly [number, number, number, number],
) {
  let [mass, within, seen, seenWithin] = [0, 0, 0, 0]
  data.forEach((value, i) => {
    if (Number.isNaN(value)) return
    const inBox = i % width >= x && i % width < x + w && i >= y * width && i < (y + h) * width
    mass += Math.max(value, 0)
    seen++
    if (inBox) [within, seenWithin] = [within + Math.max(value, 0), seenWithin + 1]
  })
  return { inside: within / mass, area: seenWithin / seen }
}

describe('the certificate', () => {
  test('says what was explained, where and by what', async () => {
    const { certificate } = await explain(vision, chelsea, { method: 'grad-cam', class: 'tabby' })
    expect(certificate).toMatchObject({
      status: 'ok',
      class: 281,
      label: 'tabby',
      objective: 'logits[281]',
      layer: { name: 'head', size: [7, 7] },
      model: { name: 'efficientnet-lite0', sha256: vision.hash },
      preset: { name: 'efficientnet-lite0', source: 'preset.json beside the model' },
      input: [224, 224],
      version,
    })
  })

  test('the version is the package version', () => {
    expect(version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
  })

  test('an all-negative map has no positive evidence; it is zero, not stretched', async () => {
    const { certificate, raw } = await explain(vision, await photo('rocket.jpg'), { class: 'tabby' })
    const against = await explain(vision, await photo('rocket.jpg'), { class: 'tabby', options: { relu: false } })
    if (against.certificate.maximum <= 0) expect(certificate.status).toBe('no-positive-evidence')
    expect(raw.data.every((v) => v >= 0)).toBe(true)
  })
})

describe('geometry', () => {
  test('the heatmap has the size of the photograph and no data outside the crop', async () => {
    const { heatmap, certificate } = await explain(vision, chelsea)
    expect([heatmap.width, heatmap.height]).toEqual([451, 300])
    const { x, y, width, height } = certificate.seen
    for (const [px, py] of [
      [0, 0],
      [450, 299],
      [Math.floor(x) - 2, 150],
    ] as const)
      expect(heatmap.data[py * 451 + px]).toBeNaN()
    expect(heatmap.data[Math.floor(y + height / 2) * 451 + Math.floor(x + width / 2)]).not.toBeNaN()
  })
})

describe('one program', () => {
  test.each(programs.map(({ name }) => name))(
    '%s serves any class and batch: three images with a class each equal three runs',
    async (name) => {
      const compiled = await compileMethod(vision, findMethod(name), { class: 'required' })
      await using program = await openProgram(compiled.model)
      const photos = await Promise.all(['chelsea.png', 'coffee.png', 'camera.png'].map(photo))
      const inputs = photos.map((image) => prepare(image, vision.format).tensor)
      const size = inputs[0]?.data.length as number
      const data = new Float32Array(3 * size)
      inputs.forEach((input, n) => data.set(input.data, n * size))
      const together = await program.run({
        image: { dtype: 'float32', dims: [3, 3, 224, 224], data },
        [classInput]: int64([3], [281, -1, 872]),
      })
      expect(Array.from(numbers(together['fovea/class'] as Tensor))).toEqual([281, 967, 872])
      for (const [n, index] of [281, -1, 872].entries()) {
        const alone = await program.run({ image: inputs[n] as Tensor, [classInput]: int64([1], [index]) })
        const single = numbers(alone.heatmap as Tensor)
        const part = numbers(together.heatmap as Tensor).subarray(n * single.length, (n + 1) * single.length)
        expect(relativeError(part, single)).toBeLessThan(1e-5)
      }
    },
  )

  test('native and WebAssembly ONNX Runtime agree', async () => {
    const native = await explain(vision, chelsea, { method: 'saliency', device: 'cpu' })
    const wasm = await explain(vision, chelsea, { method: 'saliency', device: 'wasm' })
    expect(wasm.certificate.engine).toContain('wasm')
    expect(relativeError(wasm.raw.data, native.raw.data)).toBeLessThan(1e-4)
  })
})

describe('saliency', () => {
  const absolute = () => explain(vision, chelsea, { method: 'saliency' })

  test('signed and absolute agree in size; the sum over colours is at least the maximum', async () => {
    const signed = await explain(vision, chelsea, { method: 'saliency', options: { sign: 'signed' } })
    const sum = await explain(vision, chelsea, { method: 'saliency', options: { channels: 'sum' } })
    const max = await absolute()
    expect(relativeError(signed.raw.data.map(Math.abs), max.raw.data)).toBeLessThan(1e-6)
    expect(signed.raw.data.some((v) => v < 0)).toBe(true)
    expect(sum.raw.data.every((v, i) => v >= (max.raw.data[i] as number) * (1 - 1e-6))).toBe(true)
  })

  test('the loss is (softmax - onehot) times the Jacobian: for the top class it points against the score', async () => {
    const loss = await explain(vision, chelsea, {
      method: 'saliency',
      options: { objective: 'cross-entropy', sign: 'signed' },
    })
    const score = await explain(vision, chelsea, { method: 'saliency', options: { sign: 'signed' } })
    const dot = loss.raw.data.reduce((sum, v, i) => sum + v * (score.raw.data[i] as number), 0)
    expect(dot).toBeLessThan(0)
    expect(loss.certificate.score).toBeGreaterThan(0)
  })
})

describe('refusals', () => {
  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    )

  test.each([
    ['a class beyond the last', { class: 1000 }, 'FOVEA_CLASS', 'classes are 0 to 999'],
    ['a misspelt class', { class: 'tigre cat' }, 'FOVEA_CLASS', "did you mean 'tiger cat'"],
    ['an ambiguous class', { class: 'cat' }, 'FOVEA_CLASS', 'Name one'],
    ['an unknown layer', { layer: 'haed' }, 'FOVEA_LAYER', "did you mean 'head'"],
    ['an unknown method', { method: 'gradcam' }, 'FOVEA_USAGE', "did you mean 'grad-cam'"],
    ['an unknown option', { options: { rleu: false } }, 'FOVEA_USAGE', "did you mean 'relu'"],
    [
      'an impossible option',
      { method: 'saliency', options: { sign: 'both' } },
      'FOVEA_USAGE',
      'one of absolute, signed',
    ],
  ])('%s', async (_, options, code, words) => {
    const error = await refused(explain(vision, chelsea, options as never))
    expect(error?.code).toBe(code)
    expect(error?.message).toContain(words)
  })

  test('cancelled before it starts', async () => {
    await using explainer = await openExplainer(vision, findMethod('saliency'))
    await expect(explainer.explain(chelsea, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })

  test('a layer that the class score does not depend on by a gradient names the reason', async () => {
    const model = await openModel(bytes('f1-torchscript-17.onnx'), { preset: { fit: 'stretch' }, size: [16, 16] })
    const error = await refused(compileMethod(model, findMethod('grad-cam'), { layer: 'nowhere' }))
    expect(error?.code).toBe('FOVEA_LAYER')
  })
})
