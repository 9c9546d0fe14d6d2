/** The models whose compiled files are carried around, with three photographs as their inputs. */

import { readFileSync } from 'node:fs'
import { decodeImage } from 'fovea'
import { openModel, prepare, type VisionModel } from 'fovea/models'
import { float32, type Tensor } from 'fovea/tensor'
import { folderOf, type Plan, readEntry, readTensor } from '../zoo/entry.ts'
import { root, runPython } from '../zoo/python.ts'

export interface Subject {
  readonly name: string
  /** The original file. */
  readonly file: string
  readonly vision: VisionModel
  /** [3, 3, H, W] as the model wants it, and the pixels that this comes from, uint8 [3, H, W, 3]. */
  readonly images: Tensor<'float32'>
  readonly pixels: Tensor<'uint8'>
}

const zoo: readonly Plan[] = [
  { name: 'resnet18', exporter: 'torchscript', opset: 17 },
  { name: 'squeezenet1_1', exporter: 'dynamo', opset: 18 },
  { name: 'mobilenet_v3_small', exporter: 'torchscript', opset: 17 },
  { name: 'shufflenet_v2_x1_0', exporter: 'dynamo', opset: 18 },
]

const photographs = ['chelsea.png', 'coffee.png', 'rocket.jpg']

export const subjects: readonly (() => Promise<Subject>)[] = [
  () => subject('efficientnet-lite0', `${root}models/efficientnet-lite0/model.onnx`),
  ...zoo.map((plan) => () => fromZoo(plan)),
]

async function fromZoo(plan: Plan): Promise<Subject> {
  const folder = folderOf(plan)
  const { name, exporter, opset } = plan
  if (!readEntry(folder)?.ok)
    runPython('zoo.py', ['--export', name, '--exporter', exporter, '--opset', String(opset), '--force'])
  const size = readTensor(`${folder}/x.npy`).dims.slice(2) as [number, number]
  return subject(`${name} ${exporter} ${opset}`, `${folder}/model.onnx`, size)
}

async function subject(name: string, file: string, size?: [number, number]): Promise<Subject> {
  const vision = await openModel(file, size ? { preset: 'torchvision', size } : {})
  const prepared = await Promise.all(
    photographs.map(async (photograph) => {
      const bytes = new Uint8Array(readFileSync(`${root}examples/photos/${photograph}`))
      return prepare(await decodeImage(bytes), vision.format)
    }),
  )
  const { height, width } = vision.format
  const data = new Uint8Array(3 * height * width * 3)
  prepared.forEach(({ seen }, i) => {
    data.set(seen.data, i * height * width * 3)
  })
  return {
    name,
    file,
    vision,
    images: stack(prepared.map(({ tensor }) => tensor)),
    pixels: { dtype: 'uint8', dims: [3, height, width, 3], data },
  }
}

function stack(tensors: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const { dims, data } = tensors[0] as Tensor<'float32'>
  const all = new Float32Array(tensors.length * data.length)
  tensors.forEach((tensor, i) => {
    all.set(tensor.data, i * data.length)
  })
  return float32([tensors.length, ...dims.slice(1)], all)
}
