/** One entry of the zoo through Fovea, in a process of its own: prints a `Trial` as the last line of standard output. */

import { gradientName } from 'fovea/autodiff'
import { compileMethod, findMethod } from 'fovea/explain'
import { openModel, type VisionModel } from 'fovea/models'
import { type Model, operatorKey, withGraph } from 'fovea/onnx'
import { openProgram } from 'fovea/runtime'
import { int64, numbers, random, sizeOf, type Tensor } from 'fovea/tensor'
import { relativeError } from './compare.ts'
import { compileDirectly } from './direct.ts'
import { type Entry, readEntry, readTensor } from './entry.ts'

export interface Trial {
  readonly operators: number
  readonly nodes: number
  readonly added: number
  /** Reading and measuring the model, and compiling the gradient into it, in milliseconds. */
  readonly openMs: number
  readonly compileMs: number
  /** Relative L2 error of the input gradient against PyTorch's in float64. */
  readonly error: number
  /** How often the image was moved within rounding until the gradient took the branches of PyTorch's (see `steadied`). */
  readonly moved: number
  readonly layer?: { readonly name: string; readonly height: number; readonly width: number; readonly status: string }
  /** The largest relative L2 difference between a batch of two and two single runs; absent: the batch is fixed. */
  readonly batch?: number
  /** What went wrong beside the gradient, in sentences. */
  readonly faults: readonly string[]
}

const milliseconds = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now()
  const result = await work()
  return [result, performance.now() - start]
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function trial(folder: string): Promise<Trial> {
  const entry = readEntry(folder) as Entry
  const x = readTensor(`${folder}/${entry.x}`)
  const image = entry.inputs[0] as string
  const scores = entry.objective.axis === 1 && readTensor(`${folder}/logits64.npy`).dims.length === 2
  return scores ? classifier(folder, entry, image, x) : map(folder, entry, image, x)
}

async function classifier(folder: string, entry: Entry, image: string, x: Tensor): Promise<Trial> {
  const layout = x.dims[1] === 3 ? 'NCHW' : 'NHWC'
  const size = (layout === 'NCHW' ? x.dims.slice(2) : x.dims.slice(1, 3)) as [number, number]
  const preset = { name: 'zoo', layout, size, output: entry.objective.output, input: image } as const
  const [vision, openMs] = await milliseconds(() => openModel(`${folder}/${entry.model}`, { preset }))
  const [compiled, compileMs] = await milliseconds(() =>
    compileMethod(vision, findMethod('saliency'), { class: 'required' }),
  )
  const gradient = gradientName(image)
  const program = { ...compiled.model.graph, outputs: [{ name: gradient, dtype: x.dtype }] }
  const faults: string[] = []
  const run = await runner(withGraph(compiled.model, program), gradient)
  const { index } = entry.objective
  const single = await run({ [image]: x, class_index: int64([1], [index]) })
  const error = await steadied(x, numbers(readTensor(`${folder}/${entry.gradient}`)), (moved) =>
    run({ [image]: moved, class_index: int64([1], [index]) }),
  )
  const batch = await inBatch(vision, entry, x, single, run).catch((cause) => {
    faults.push(`Batch of two: ${message(cause)}`)
    return undefined
  })
  const layer = await gradCam(vision, x, index).catch((cause) => {
    faults.push(`Grad-CAM: ${message(cause)}`)
    return undefined
  })
  if (layer && layer.status !== 'finite') faults.push(`Grad-CAM at '${layer.name}' is ${layer.status}.`)
  if (layer && size[0] === size[1] && layer.height !== layer.width)
    faults.push(`The default layer '${layer.name}' is ${layer.height} x ${layer.width}: no map of a square image.`)
  return { ...counts(vision.model, compiled.model), openMs, compileMs, ...error, batch, layer, faults }
}

async function map(folder: string, entry: Entry, image: string, x: Tensor): Promise<Trial> {
  const { vision, compiled, gradient, openMs, compileMs } = await compileDirectly(`${folder}/${entry.model}`, entry, x)
  const run = await runner(compiled, gradient)
  const error = await steadied(x, numbers(readTensor(`${folder}/${entry.gradient}`)), (moved) =>
    run({ [image]: moved }),
  )
  return { ...counts(vision, compiled), openMs, compileMs, ...error, faults: [] }
}

/**
 * A unit within rounding of a kink (ReLU at 0, two equals in a max-pool) gives another gradient in every engine, PyTorch's
 * float32 against its float64 included. So where the error is large, the image is moved by up to four units in each
 * number's last place, which draws the rounding anew; a wrong rule stays wrong in all of them.
 */
async function steadied(x: Tensor, truth: Float64Array, run: (x: Tensor) => Promise<Float64Array>) {
  let error = relativeError(await run(x), truth)
  let moved = 0
  for (let draw = 1; draw <= 24 && error > steady && error < kinkAtMost; draw++) {
    const { uniform } = random(draw)
    const data = (x.data as Float32Array).map((value, i) => value * (1 + 4 * 2 ** -23 * (2 * uniform(i) - 1)))
    const again = relativeError(await run({ ...x, data } as Tensor), truth)
    if (again < error) [error, moved] = [again, draw]
  }
  return { error, moved }
}

/** Below this, float32 has taken the branches of float64. */
const steady = 1e-4

/** One path of many through a network changes the gradient by less than this; what changes it by more is no kink. */
const kinkAtMost = 0.2

type Run = (feeds: Record<string, Tensor>) => Promise<Float64Array>

async function runner(model: Model, output: string): Promise<Run> {
  const program = await openProgram(model, { threads: 2 })
  return async (feeds) => numbers((await program.run(feeds, { fetches: [output] }))[output] as Tensor)
}

/** The image and its mirror image, with another class each, at once and one by one. */
async function inBatch(vision: VisionModel, entry: Entry, x: Tensor, single: Float64Array, run: Run) {
  if (!entry.dynamicBatch) return undefined
  if (vision.measured.batch !== true)
    throw new Error(`the model takes it, but Fovea found that ${vision.measured.batch}`)
  const { index } = entry.objective
  const other = (index + 1) % vision.head.classes
  const mirrored = { ...x, data: (x.data as Float32Array).toReversed() } as Tensor
  const second = await run({ [vision.image.name]: mirrored, class_index: int64([1], [other]) })
  const data = new Float32Array(2 * x.data.length)
  data.set(x.data as Float32Array)
  data.set(mirrored.data as Float32Array, x.data.length)
  const both = await run({
    [vision.image.name]: { dtype: 'float32', dims: [2, ...x.dims.slice(1)], data },
    class_index: int64([2], [index, other]),
  })
  const half = sizeOf(x.dims)
  return Math.max(relativeError(both.subarray(0, half), single), relativeError(both.subarray(half), second))
}

async function gradCam(vision: VisionModel, x: Tensor, index: number): Promise<Trial['layer']> {
  const compiled = await compileMethod(vision, findMethod('grad-cam'), { class: 'required' })
  const run = await runner(compiled.model, compiled.heatmap.name)
  const heatmap = await run({ [vision.image.name]: x, class_index: int64([1], [index]) })
  const layer = compiled.layer?.layer
  if (!layer) throw new Error('no layer was chosen')
  if (heatmap.length !== layer.height * layer.width) throw new Error(`the map has ${heatmap.length} values`)
  const status = heatmap.every(Number.isFinite) ? 'finite' : 'not finite'
  return { name: layer.name, height: layer.height, width: layer.width, status }
}

function counts(before: Model, after: Model) {
  return {
    operators: new Set(before.graph.nodes.map(operatorKey)).size,
    nodes: before.graph.nodes.length,
    added: after.graph.nodes.length - before.graph.nodes.length,
  }
}

const folder = process.argv[2] as string
trial(folder).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => console.log(JSON.stringify({ error: message(error) })),
)
