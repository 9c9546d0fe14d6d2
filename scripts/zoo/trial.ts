/** One entry of the zoo through Fovea, in a process of its own: prints a `Trial` as the last line of standard output. */

import { gradientName } from 'fovea/autodiff'
import { classInput, compileMethod, findMethod } from 'fovea/explain'
import { openModel, type VisionModel } from 'fovea/models'
import { type Model, operatorKey, withGraph } from 'fovea/onnx'
import { openProgram } from 'fovea/runtime'
import { int64, numbers, sizeOf, type Tensor } from 'fovea/tensor'
import { relativeError } from './compare.ts'
import { type Entry, readEntry, readTensor } from './entry.ts'
import { steadyError } from './steady.ts'

export interface Trial {
  readonly operators: number
  readonly nodes: number
  readonly added: number
  /** Reading and measuring the model, and compiling the gradient into it, in milliseconds. */
  readonly openMs: number
  readonly compileMs: number
  /** Relative L2 error of the input gradient against PyTorch's in float64. */
  readonly error: number
  /** The draw of `steadyError` that had it; 0: the image itself. */
  readonly moved: number
  /** The layer that Grad-CAM chooses; absent: no classifier. */
  readonly layer?: { readonly name: string; readonly height: number; readonly width: number; readonly finite: boolean }
  /** The largest relative L2 difference between a batch of two and two single runs; absent: the batch is fixed. */
  readonly batch?: number
  /** What went wrong beside the gradient, in sentences. */
  readonly faults: readonly string[]
}

type Run = (image: Tensor, classes: readonly number[]) => Promise<Float64Array>

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** What an explainer opened here runs; FOVEA_ENGINE=any is what an exported file holds. */
const engine = process.env.FOVEA_ENGINE === 'any' || process.arch !== 'x64' ? 'any' : 'x64'

async function trial(folder: string): Promise<Trial> {
  const entry = readEntry(folder) as Entry
  const x = readTensor(`${folder}/${entry.x}`)
  const started = performance.now()
  const vision = await openAsUser(`${folder}/${entry.model}`, entry, x)
  const opened = performance.now()
  const scores = readTensor(`${folder}/${entry.logits}`).dims.length === 2
  const target = scores ? undefined : mapTarget(entry)
  const compiled = await compileMethod(vision, findMethod('saliency'), { class: 'required', target, engine })
  const compileMs = performance.now() - opened
  const run = await runner(vision, compiled.model, gradientName(vision.pixels.name))
  const { index } = entry.objective
  const truth = numbers(readTensor(`${folder}/${entry.gradient}`))
  const { error, moved } = await steadyError(x, truth, (image) => run(image, [index]))
  const faults: string[] = []
  const attempt = async <T>(what: string, work: Promise<T>) =>
    work.catch((cause) => {
      faults.push(`${what}: ${message(cause)}`)
      return undefined
    })
  const batch = entry.dynamicBatch ? await attempt('Batch of two', inBatch(vision, index, x, run)) : undefined
  const layer = scores ? await attempt('Grad-CAM', gradCam(vision, x, index)) : undefined
  if (layer) faults.push(...strange(vision, layer))
  const { graph } = vision.model
  return {
    operators: new Set(graph.nodes.map(operatorKey)).size,
    nodes: graph.nodes.length,
    added: compiled.model.graph.nodes.length - graph.nodes.length,
    openMs: opened - started,
    compileMs,
    error,
    moved,
    layer,
    batch,
    faults,
  }
}

function openAsUser(file: string, { objective, inputs }: Entry, x: Tensor): Promise<VisionModel> {
  const layout = x.dims[1] === 3 ? 'NCHW' : 'NHWC'
  const size = (layout === 'NCHW' ? x.dims.slice(2) : x.dims.slice(1, 3)) as [number, number]
  const preset = { name: 'zoo', layout, size, output: objective.output, input: inputs[0] } as const
  return openModel(file, { preset })
}

/** The sum of all elements with the index on its axis; the images' own axis is not counted. */
function mapTarget({ objective: { output, axis, index } }: Entry): string {
  return `sum(output("${output}")[${[...Array(axis - 1).fill(':'), index].join(', ')}])`
}

async function runner({ image, model: before }: VisionModel, model: Model, output: string): Promise<Run> {
  const outputs = [{ name: output, dtype: 'float32' as const }]
  const program = await openProgram(withGraph(model, { ...model.graph, outputs }), { threads: 2 })
  const asks = model.graph.inputs.length > before.graph.inputs.length
  return async (x, classes) => {
    const feeds = { [image.name]: x, ...(asks ? { [classInput]: int64([classes.length], classes) } : {}) }
    return numbers((await program.run(feeds, { fetches: [output] }))[output] as Tensor)
  }
}

/** The image and its mirror image, with another class each, at once and one by one. */
async function inBatch({ measured, head }: VisionModel, index: number, x: Tensor, run: Run): Promise<number> {
  if (measured.batch !== true) throw new Error(`the model takes it, but Fovea found that ${measured.batch}`)
  const other = (index + 1) % (head?.classes ?? 1)
  const mirrored = { ...x, data: (x.data as Float32Array).toReversed() } as Tensor
  const data = new Float32Array(2 * x.data.length)
  data.set(x.data as Float32Array)
  data.set(mirrored.data as Float32Array, x.data.length)
  const both = await run({ dtype: 'float32', dims: [2, ...x.dims.slice(1)], data } as Tensor, [index, other])
  const half = sizeOf(x.dims)
  return Math.max(
    relativeError(both.subarray(0, half), await run(x, [index])),
    relativeError(both.subarray(half), await run(mirrored, [other])),
  )
}

async function gradCam(vision: VisionModel, x: Tensor, index: number): Promise<Trial['layer']> {
  const compiled = await compileMethod(vision, findMethod('grad-cam'), { class: 'required', engine })
  const run = await runner(vision, compiled.model, compiled.heatmap.name)
  const heatmap = await run(x, [index])
  const layer = compiled.layer?.layer
  if (!layer) throw new Error('no layer was chosen')
  const { name, height, width } = layer
  if (heatmap.length !== height * width)
    throw new Error(`the map has ${heatmap.length} values, not ${height} x ${width}`)
  return { name, height, width, finite: heatmap.every(Number.isFinite) }
}

/** Every image of the zoo is square, and every classifier looks at coarser maps than a quarter of it in the end. */
function strange({ format }: VisionModel, { name, height, width, finite }: NonNullable<Trial['layer']>): string[] {
  const layer = `The default layer '${name}' is ${height} x ${width}`
  return [
    ...(finite ? [] : [`Grad-CAM at '${name}' is not finite.`]),
    ...(height === width ? [] : [`${layer}: no map of a square image.`]),
    ...(4 * height <= format.height ? [] : [`${layer} for an image of ${format.height} x ${format.width}: too early.`]),
  ]
}

trial(process.argv[2] as string).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => console.log(JSON.stringify({ error: message(error) })),
)
