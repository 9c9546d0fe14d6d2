/** What the CAMs are to each other and to the score, on heads where it is known exactly (numbers: methods.md, section 0.3). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Explanation, findMethod, openExplainer, type Request } from '../../../src/explain/index.ts'
import { resizePlane } from '../../../src/image/index.ts'
import { openModel, type PresetFile, prepare, type VisionModel } from '../../../src/models/index.ts'
import { Builder, constantOf, encodeModel, type Graph, readModel, withGraph } from '../../../src/onnx/index.ts'
import { readValues } from '../../../src/runtime/index.ts'
import { float32, type Image, numbers, random, type Tensor } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { channelsOf, mean, sum } from './twins.ts'

const fixtures = join(import.meta.dirname, '../../fixtures')
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(fixtures, name)))

const preset: PresetFile = { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], fit: 'stretch' }
const noise = random(11)
const picture: Image = {
  width: 16,
  height: 16,
  data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(256 * noise.uniform(i))),
}

const open = (model: string | Uint8Array) =>
  openModel(typeof model === 'string' ? bytesOf(model) : model, { preset, size: [16, 16] })

type Asked = Request & { options?: Record<string, number | string | boolean>; layer?: string }

async function explain(vision: VisionModel, method: string, { options, layer, ...request }: Asked = {}) {
  await using explainer = await openExplainer(vision, findMethod(method), {
    ...(options ? { options } : {}),
    ...(layer ? { layer } : {}),
  })
  return await explainer.explain(picture, request)
}

/** The constants of each node of an operator: weights, then bias. */
const constants = ({ model: { graph } }: VisionModel, op: string) =>
  graph.nodes
    .filter((node) => node.op === op)
    .map(({ inputs }) => inputs.slice(1).map((name) => numbers(constantOf(graph, name)?.read() as Tensor)))

const map = ({ raw }: Explanation) => Float64Array.from(raw.data)

describe('a global average pool and a linear head (F1)', () => {
  const label = 2
  let vision: VisionModel
  let weights: Float64Array
  let bias: number
  let cam: Explanation
  let layer: Float64Array[]

  beforeAll(async () => {
    vision = await open('nets/f1-torchscript-17.onnx')
    const [[w, b] = []] = constants(vision, 'Gemm')
    weights = (w as Float64Array).slice(12 * label, 12 * label + 12)
    bias = (b as Float64Array)[label] as number
    cam = await explain(vision, 'cam', { class: label })
    layer = await channels(vision)
  })

  test('I6: the mean of the CAM and the bias are the score', () => {
    const { score, completeness } = cam.certificate
    expect(mean(map(cam)) + bias).toBeCloseTo(score, 5)
    expect(completeness?.sum).toBeCloseTo(score - bias, 5)
    expect(completeness?.promised).toBeCloseTo(score - bias, 5)
  })

  test('the CAM is the fully connected layer at every place', () => {
    const expected = map(cam).map((_, i) => layer.reduce((s, c, k) => s + (weights[k] as number) * (c[i] as number), 0))
    expect(relativeError(map(cam), expected)).toBeLessThan(1e-5)
  })

  test('I7: Grad-CAM and XGrad-CAM are CAM / (h w)', async () => {
    const expected = map(cam).map((value) => value / 64)
    for (const method of ['grad-cam', 'xgrad-cam'])
      expect(
        relativeError(map(await explain(vision, method, { class: label, options: { relu: false } })), expected),
      ).toBeLessThan(1e-5)
  })

  test('I8: HiResCAM adds up to the score without its bias', async () => {
    const { certificate, raw } = await explain(vision, 'hires-cam', { class: label })
    expect(certificate.completeness?.promised).toBeCloseTo(certificate.score - bias, 5)
    expect(sum(Float64Array.from(raw.data))).toBeCloseTo(certificate.score - bias, 5)
  })

  test('I9: the weights of Grad-CAM++ are ReLU(w) / (2 + w mean A)', async () => {
    const ours = map(await explain(vision, 'grad-cam++', { class: label }))
    const closed = layer.map((c, k) => Math.max(0, weights[k] as number) / (2 + (weights[k] as number) * mean(c)))
    const expected = ours.map((_, i) => layer.reduce((s, c, k) => s + (closed[k] as number) * (c[i] as number), 0))
    expect(relativeError(ours, expected)).toBeLessThan(1e-5)
  })

  test('I10: LayerCAM, Recipro-CAM, Ablation-CAM', async () => {
    const places = map(cam)
    const at = (each: (weight: number, value: number, k: number) => number) =>
      places.map((_, i) => layer.reduce((s, c, k) => s + each(weights[k] as number, c[i] as number, k), 0))
    const layerCam = await explain(vision, 'layer-cam', { class: label })
    expect(
      relativeError(
        map(layerCam),
        at((w, a) => (Math.max(0, w) * a) / 64),
      ),
    ).toBeLessThan(1e-5)
    const recipro = await explain(vision, 'recipro-cam', { class: label })
    expect(
      relativeError(
        map(recipro),
        places.map((value) => value / 64 + bias),
      ),
    ).toBeLessThan(1e-5)
    const relative = await explain(vision, 'recipro-cam', { class: label, options: { relative: true } })
    expect(
      relativeError(
        map(relative),
        places.map((value) => value / 64),
      ),
    ).toBeLessThan(1e-4)
    const ablation = await explain(vision, 'ablation-cam', { class: label, options: { relu: false } })
    const size = Math.abs(ablation.certificate.score)
    expect(
      relativeError(
        map(ablation),
        at((w, a, k) => (w * mean(layer[k] as Float64Array) * a) / size),
      ),
    ).toBeLessThan(1e-4)
  })

  test('a layer twice as fine gives the same Grad-CAM++, unless an epsilon is added', async () => {
    const model = readModel(bytesOf('nets/f1-torchscript-17.onnx'), { name: 'f1' })
    const fine = await open(encodeModel(withGraph(model, doubled(model.graph, '/4/Relu_output_0'))))
    const twice = (values: Float64Array) =>
      Float64Array.from({ length: 256 }, (_, i) => values[(i >> 5) * 8 + ((i & 15) >> 1)] as number)
    const error = async (epsilon: number) => {
      const [coarse, finer] = await Promise.all([
        explain(vision, 'grad-cam++', { class: label, options: { epsilon } }),
        explain(fine, 'grad-cam++', { class: label, options: { epsilon }, layer: 'fine' }),
      ])
      return relativeError(map(finer), twice(map(coarse)))
    }
    expect(await error(0)).toBeLessThan(1e-5)
    expect(await error(1e-6)).toBeGreaterThan(0.01)
  })
})

describe('a head that is not linear', () => {
  test('I8 on two fully connected layers (F2): both gated biases are missing, and Grad-CAM does not add up', async () => {
    const vision = await open('nets/f2-torchscript-17.onnx')
    const label = 4
    const { raw, certificate } = await explain(vision, 'hires-cam', { class: label })
    const [[, firstBias] = [], [secondWeights, secondBias] = []] = constants(vision, 'Gemm') as Float64Array[][]
    const hidden = vision.model.graph.nodes.filter(({ op }) => op === 'Gemm')[0]?.outputs[0] as string
    const [before] = await valuesOf(vision, [hidden])
    const gated = sum(
      (firstBias as Float64Array).map((b, j) =>
        (before?.[j] as number) > 0 ? b * ((secondWeights as Float64Array)[24 * label + j] as number) : 0,
      ),
    )
    const expected = certificate.score - gated - ((secondBias as Float64Array)[label] as number)
    expect(certificate.completeness).toBeNull()
    expect(Math.abs(sum(Float64Array.from(raw.data)) - expected)).toBeLessThan(1e-4 * Math.abs(expected))
    const plain = await explain(vision, 'grad-cam', { class: label, options: { relu: false } })
    expect(Math.abs(sum(map(plain)) - expected)).toBeGreaterThan(0.05 * Math.abs(expected))
  })

  test.each(['cam', 'ram'])('%s is refused with the node in the way', async (method) => {
    const refused = explain(await open('nets/f2-torchscript-17.onnx'), method)
    await expect(refused).rejects.toMatchObject({ code: 'FOVEA_METHOD' })
    await expect(refused).rejects.toThrow(method === 'cam' ? /there is MaxPool \(node/ : /list of 6 classes/)
  })

  test('I12: Shapley-CAM of a layer that is the same everywhere adds up to the score without its bias', async () => {
    const vision = await open('parity/quadratic-head.onnx')
    const even: Image = { ...picture, data: picture.data.map((_, i) => [200, 150, 250][i % 3] as number) }
    await using explainer = await openExplainer(vision, findMethod('shapley-cam'), { options: { relu: false } })
    const { raw, certificate } = await explainer.explain(even, { class: 1 })
    const bias = lastBias(vision)[1] as number
    expect(sum(Float64Array.from(raw.data))).toBeCloseTo(certificate.score - bias, 3)
  })
})

test('RAM (F7): signed, its mean and the bias are the answer', async () => {
  const vision = await open('nets/f7-torchscript-17.onnx')
  const { raw, certificate } = await explain(vision, 'ram')
  const [[, bias] = []] = constants(vision, 'Gemm')
  expect(mean(Float64Array.from(raw.data)) + ((bias as Float64Array)[0] as number)).toBeCloseTo(certificate.score, 5)
  expect(certificate.minimum).toBeLessThan(0)
  expect(certificate.maximum).toBeGreaterThan(0)
})

test('Eigen-CAM of a layer of rank one is its pattern without the mean, bright where the channels are', async () => {
  const vision = await open('parity/quadratic-head.onnx')
  // Only the first colour differs from the mean pixel, by half a level: all channels are multiples of it but for that.
  const red: Image = { ...picture, data: picture.data.map((v, i) => (i % 3 === 0 ? 128 + (v >> 1) : 127.5)) }
  await using explainer = await openExplainer(vision, findMethod('eigen-cam'))
  const { raw } = await explainer.explain(red)
  const layer = await channels(vision, red)
  const pattern = layer.reduce((a, b) => a.map((value, i) => value + (b[i] as number)))
  const centred = pattern.map((value) => value - mean(pattern))
  const scale = Math.hypot(...raw.data) / Math.hypot(...centred)
  expect(
    relativeError(
      raw.data,
      centred.map((value) => scale * value),
    ),
  ).toBeLessThan(0.02)
})

test('Finer-CAM is Grad-CAM of the weighed differences to the nearest classes, which the certificate names', async () => {
  const vision = await open('nets/f1-torchscript-17.onnx')
  const of = async (label: number) => map(await explain(vision, 'grad-cam', { class: label, options: { relu: false } }))
  const finer = await explain(vision, 'finer-cam', { class: 2, options: { relu: false, classes: 2, strength: 0.5 } })
  const { scores } = finer
  const near = [0, 1, 3, 4].sort((a, b) => Math.abs(at(a) - at(2)) - Math.abs(at(b) - at(2))).slice(0, 2)
  function at(label: number) {
    return scores[label] as number
  }
  const total = near.reduce((s, label) => s + Math.exp(at(label)), 0)
  const own = await of(2)
  const others = await Promise.all(near.map(of))
  const expected = own.map((value, i) =>
    near.reduce((s, label, j) => s + (Math.exp(at(label)) / total) * (value - 0.5 * (others[j]?.[i] as number)), 0),
  )
  expect(relativeError(map(finer), expected)).toBeLessThan(1e-4)
  expect(finer.certificate.details['compared classes']).toBe(near.join(', '))
})

test('LayerCAM of several layers is the largest of their stretched maps, at the size of the chosen one', async () => {
  const vision = await open('nets/f2-torchscript-17.onnx')
  const [fine, late] = ['/1/Relu_output_0', '/6/Relu_output_0']
  const one = async (layer: string) => (await explain(vision, 'layer-cam', { class: 4, layer })).raw
  const [a, b] = [await one(fine as string), await one(late as string)]
  const both = (
    await explain(vision, 'layer-cam', { class: 4, layer: fine as string, options: { also: late as string } })
  ).raw
  expect([both.width, both.height]).toEqual([a.width, a.height])
  const stretch = (data: Float32Array) => data.map((value) => Math.tanh((2 * value) / Math.max(...data)))
  const coarse = resizePlane({ ...b, data: stretch(b.data) }, a.width, a.height).data
  expect(
    relativeError(
      both.data,
      stretch(a.data).map((value, i) => Math.max(value, coarse[i] as number)),
    ),
  ).toBeLessThan(1e-4)
})

describe('runs', () => {
  test('cancelled between batches', async () => {
    const vision = await open('nets/f1-torchscript-17.onnx')
    const controller = new AbortController()
    for (const method of ['ablation-cam', 'score-cam', 'recipro-cam']) {
      const running = explain(vision, method, { signal: controller.signal, onProgress: () => controller.abort() })
      await expect(running).rejects.toThrow(/abort/i)
    }
  })

  test('Score-CAM: channels that are the same everywhere mask nothing and count nothing', async () => {
    const vision = await open('parity/quadratic-head.onnx')
    const grey: Image = { ...picture, data: picture.data.map(() => 200) }
    await using explainer = await openExplainer(vision, findMethod('score-cam'))
    const { raw, certificate } = await explainer.explain(grey, { class: 0 })
    expect([...raw.data]).toEqual(Array.from(raw.data, () => 0))
    expect(certificate).toMatchObject({ status: 'no-positive-evidence', details: { channels: 0 } })
  })
})

/** The default layer's channels for the picture. */
async function channels(vision: VisionModel, image = picture) {
  const { layer } = await openExplainer(vision, findMethod('fem'))
  const [values] = await valuesOf(vision, [layer?.layer.name as string], image)
  return [...channelsOf(values as Float64Array, layer?.layer.channels as number)]
}

async function valuesOf(vision: VisionModel, names: string[], image = picture): Promise<Float64Array[]> {
  const { tensor } = prepare(image, vision.format)
  const values = await readValues(vision.model, { [vision.image.name]: tensor }, names)
  return names.map((name) => numbers(values[name] as Tensor))
}

function lastBias({ model: { graph } }: VisionModel): Float64Array {
  const add = graph.nodes.findLast(({ op }) => op === 'Add')
  const name = add?.inputs.find((input) => constantOf(graph, input)) as string
  return numbers(constantOf(graph, name)?.read() as Tensor)
}

/** The graph with a nearest-neighbour enlargement behind a value: each of its cells four times. */
function doubled(graph: Graph, name: string): Graph {
  const builder = new Builder(graph)
  const scales = builder.constant(float32([4], [1, 1, 2, 2]))
  builder.named('Resize', 'fine', builder.value(name), null, scales, { mode: 'nearest' })
  const grown = builder.finish()
  const resize = grown.nodes.at(-1) as Graph['nodes'][0]
  const nodes = graph.nodes.flatMap((node) => {
    const own = { ...node, inputs: node.inputs.map((input) => (input === name ? 'fine' : input)) }
    return node.outputs.includes(name) ? [own, resize] : [own]
  })
  return { ...grown, nodes }
}
