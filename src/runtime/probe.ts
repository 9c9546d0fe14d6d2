/**
 * Measures a graph by running it: a Shape node behind every value, once with one image and once with two, so that ONNX
 * Runtime itself is the shape inference and the axes that carry the batch show themselves.
 */

import {
  constantOf,
  type Graph,
  type Measured,
  type Model,
  requiredInputs,
  type Shape,
  type ValueInfo,
  valueDtypes,
  withGraph,
} from '../onnx/index.ts'
import type { Device, Feeds } from '../platform/index.ts'
import { type Dtype, numbers, random, sizeOf, type Tensor } from '../tensor/index.ts'
import { type Answer, type Asked, answerOf, instrument } from './instrument.ts'
import { openProgram } from './program.ts'
import { steeringValues } from './steering.ts'
import { type Thinned, thin } from './thin.ts'

export interface ProbeOptions {
  /** Sizes for symbolic dimensions, by input and axis; axis 0 is the batch and needs none. */
  readonly sizes?: Readonly<Record<string, readonly (number | null)[]>>
  /** Real inputs for one image; where absent, seeded noise in [0, 1). */
  readonly feeds?: Feeds
  readonly device?: Device
  /** The exact shape of an input for a batch, where it is known. */
  readonly dims?: (input: ValueInfo, batch: number) => readonly number[] | undefined
}

/** With one image and with two, or why two cannot be. */
type Answers = readonly [one: Answer, two: Answer | string]

export async function probe(model: Model, options: ProbeOptions = {}): Promise<Measured> {
  const { graph } = model
  const dtypes = valueDtypes(graph)
  const names = [...requiredInputs(graph).map((i) => i.name), ...graph.nodes.flatMap((n) => n.outputs)]
  const stored = names.filter((name) => constantOf(graph, name))
  const known = [...new Set(names)].filter((name) => name !== '' && dtypes.has(name) && !constantOf(graph, name))
  const steering = steeringValues(graph, dtypes)
  const asked: Asked = { shapes: known, integers: steering.filter((name) => !constantOf(graph, name)), dtypes }
  const thinned = thin(graph)
  const quick = thinned && (await run(model, thinned.graph, asked, options).catch(() => undefined))
  const trusted = quick && agrees(thinned, quick)
  const [one, two] = trusted ? quick : await run(model, graph, asked, options)
  const shapes = new Map<string, Shape>()
  for (const [name, dims] of one.shapes) {
    const doubled = typeof two === 'string' ? dims : (two.shapes.get(name) ?? [])
    shapes.set(name, { dims, batch: dims.map((dim, axis) => doubled[axis] !== dim) })
  }
  for (const name of [...stored, ...graph.constants.keys()]) {
    const dims = (graph.constants.get(name) ?? constantOf(graph, name))?.dims
    if (dims && !shapes.has(name)) shapes.set(name, { dims, batch: dims.map(() => false) })
  }
  const integers = new Map<string, Tensor>()
  for (const name of steering) {
    const value = constantOf(graph, name)?.read() ?? (one.integers.get(name) as Tensor)
    if (typeof two === 'string' || same(value, two.integers.get(name) ?? value)) integers.set(name, value)
  }
  return { shapes, integers, batch: typeof two === 'string' ? two : true }
}

async function run(model: Model, graph: Graph, asked: Asked, options: ProbeOptions): Promise<Answers> {
  const instrumented = withGraph(model, instrument(graph, asked))
  await using program = await openProgram(instrumented, { optimization: 'disabled', device: options.device ?? 'auto' })
  const once = async (batch: number) => answerOf(asked, await program.run(inputsFor(graph, batch, options)))
  const one = await once(1)
  const two = canBatch(graph)
    ? await once(2).catch((error: Error) => error.message)
    : 'its inputs have a fixed batch size'
  return [one, two]
}

/** Whether the real weights would have run, too; where not, they must say themselves what they refuse. */
function agrees({ graph, expected }: Thinned, [one, two]: Answers): boolean {
  if (typeof two === 'string' && canBatch(graph)) return false
  return [one, two].every(
    (answer) =>
      typeof answer === 'string' ||
      expected.every(({ value, axis, size }) => answer.shapes.get(value)?.at(axis) === size),
  )
}

export function canBatch(graph: Graph): boolean {
  return requiredInputs(graph).some(({ shape }) =>
    shape?.some((dim, i) => typeof dim !== 'number' && (i === 0 || dim === 'batch')),
  )
}

/** One tensor an input: the given one repeated `batch` times, or seeded noise of the declared shape. */
export function inputsFor(graph: Graph, batch: number, options: ProbeOptions): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  for (const input of requiredInputs(graph)) {
    const given = options.feeds?.[input.name]
    const fixed = !input.shape?.length || typeof input.shape[0] === 'number'
    if (given) {
      feeds[input.name] = fixed || batch === 1 ? given : repeat(given, batch)
      continue
    }
    const declared = (input.shape ?? []).map((dim, axis) => {
      if (typeof dim === 'number') return dim
      return axis === 0 ? batch : (options.sizes?.[input.name]?.[axis] ?? 1)
    })
    feeds[input.name] = noise(input.dtype, options.dims?.(input, batch) ?? declared)
  }
  return feeds
}

function repeat(t: Tensor, times: number): Tensor {
  const data = new (t.data.constructor as new (size: number) => Float32Array)(t.data.length * times)
  for (let i = 0; i < times; i++) data.set(t.data as Float32Array, i * t.data.length)
  return { dtype: t.dtype, dims: [(t.dims[0] ?? 1) * times, ...t.dims.slice(1)], data } as Tensor
}

function noise(dtype: Dtype, dims: readonly number[]): Tensor {
  const size = sizeOf(dims)
  const { uniform } = random(1)
  if (dtype === 'float64') return { dtype, dims, data: Float64Array.from({ length: size }, (_, i) => uniform(i)) }
  if (dtype === 'float32') {
    const data = new Float32Array(size)
    for (let i = 0; i < size; i++) data[i] = uniform(i)
    return { dtype, dims, data }
  }
  if (dtype === 'int64') return { dtype, dims, data: new BigInt64Array(size) }
  if (dtype === 'int32') return { dtype, dims, data: new Int32Array(size) }
  if (dtype === 'float16')
    return { dtype, dims, data: Uint16Array.from({ length: size }, (_, i) => 0x3000 + (i % 1024)) }
  return { dtype, dims, data: new Uint8Array(size) } as Tensor
}

function same(a: Tensor, b: Tensor): boolean {
  const x = numbers(a)
  const y = numbers(b)
  return x.length === y.length && x.every((value, i) => value === y[i])
}
