/** The models whose compiled files are carried around, with three pictures as their inputs. */

import { readFileSync } from 'node:fs'
import { decodeImage } from 'fovea'
import { type Method, methods } from 'fovea/explain'
import { type OpenOptions, openModel, prepare, type VisionModel } from 'fovea/models'
import { float32, type Image, type Tensor } from 'fovea/tensor'
import { folderOf, type Plan, readEntry, readTensor } from '../zoo/entry.ts'
import { root, runPython } from '../zoo/python.ts'
import { steadyPictures } from './steady-pictures.ts'

export interface Subject {
  readonly name: string
  /** The original file. */
  readonly file: string
  readonly vision: VisionModel
  readonly methods: readonly Method[]
  /** [3, 3, H, W] as the model wants it, and the pixels that this comes from, uint8 [3, H, W, 3]. */
  readonly images: Tensor<'float32'>
  readonly pixels: Tensor<'uint8'>
}

/** Small inputs: a network at 224 x 224 has millions of units, some always within rounding of a kink (see `steadyPictures`). */
const zoo: readonly Plan[] = [
  { name: 'mnasnet0_5', exporter: 'torchscript', opset: 17 },
  { name: 'shufflenet_v2_x1_0', exporter: 'dynamo', opset: 18 },
  { name: 'mobilenet_v3_small', exporter: 'torchscript', opset: 17 },
  { name: 'swin_t', exporter: 'dynamo', opset: 18 },
]

const photographs = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg']

const embedded = `${root}models/efficientnet-lite0/model.onnx`

export const subjects: readonly (() => Promise<Subject>)[] = [
  () => subject('efficientnet-lite0 at 224 x 224', embedded, { at: 'layer' }),
  () => subject('efficientnet-lite0 at 96 x 96', embedded, { size: [96, 96] }),
  ...zoo.map((plan) => () => fromZoo(plan)),
]

async function fromZoo(plan: Plan): Promise<Subject> {
  const folder = folderOf(plan)
  const { name, exporter, opset } = plan
  if (!readEntry(folder)?.ok)
    runPython('zoo.py', ['--export', name, '--exporter', exporter, '--opset', String(opset), '--force'])
  const size = readTensor(`${folder}/x.npy`).dims.slice(2) as [number, number]
  return subject(`${name} ${exporter} ${opset}`, `${folder}/model.onnx`, { size, preset: 'torchvision' })
}

async function subject(
  name: string,
  file: string,
  { at, ...options }: OpenOptions & { at?: Method['at'] } = {},
): Promise<Subject> {
  const vision = await openModel(file, options)
  const all = (await pictures()).map((picture) => prepare(picture, vision.format))
  const chosen = at === 'layer' ? all.filter((_, i) => i % 5 === 0).slice(0, 3) : await steadyPictures(vision, all, 3)
  const { height, width } = vision.format
  const data = new Uint8Array(3 * height * width * 3)
  chosen.forEach(({ seen }, i) => {
    data.set(seen.data, i * height * width * 3)
  })
  return {
    name,
    file,
    vision,
    methods: methods.filter((method) => at === undefined || method.at === at),
    images: stack(chosen.map(({ tensor }) => tensor as Tensor<'float32'>)),
    pixels: { dtype: 'uint8', dims: [3, height, width, 3], data },
  }
}

/** The photographs, whole and three parts of each. */
async function pictures(): Promise<Image[]> {
  const whole = await Promise.all(
    photographs.map((name) => decodeImage(new Uint8Array(readFileSync(`${root}examples/photos/${name}`)))),
  )
  return whole.flatMap((image) => [image, part(image, 0.1, 0.1), part(image, 0.2, 0), part(image, 0, 0.2)])
}

/** Eight tenths of a picture, from that corner. */
function part(image: Image, left: number, top: number): Image {
  const [x, y] = [Math.floor(left * image.width), Math.floor(top * image.height)]
  const [width, height] = [Math.floor(0.8 * image.width), Math.floor(0.8 * image.height)]
  const data = new Uint8Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const from = 3 * ((y + row) * image.width + x)
    data.set(image.data.subarray(from, from + 3 * width), 3 * row * width)
  }
  return { width, height, data }
}

function stack(tensors: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const { dims, data } = tensors[0] as Tensor<'float32'>
  const all = new Float32Array(tensors.length * data.length)
  tensors.forEach((tensor, i) => {
    all.set(tensor.data, i * data.length)
  })
  return float32([tensors.length, ...dims.slice(1)], all)
}
