/** Whether WebGPU may be used here: only where an adapter is, and a small network answers as WebAssembly does. */

import { Builder, type Graph, type Model } from '../../onnx/index.ts'
import { openProgram } from '../../runtime/index.ts'
import { float32, numbers, random, type Tensor } from '../../tensor/index.ts'

export interface Verdict {
  readonly use: boolean
  /** In one sentence, for people. */
  readonly says: string
}

/** Largest difference of the two answers, relative to the largest value, that counts as the same. */
const tolerance = 1e-3

/** @param emulated whether an adapter in software will do, for tests */
export async function checkWebgpu(emulated = false): Promise<Verdict> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } }).gpu
  const adapter = await gpu?.requestAdapter().catch(() => null)
  if (!adapter) return { use: false, says: 'This browser gives no WebGPU adapter; WebAssembly computes.' }
  if (adapter.info?.isFallbackAdapter && !emulated)
    return { use: false, says: 'The WebGPU adapter is emulated in software; WebAssembly is faster and computes.' }
  try {
    const difference = await compare()
    if (difference <= tolerance)
      return { use: true, says: `WebGPU computes; its answers differ by ${difference.toExponential(1)} at most.` }
    return {
      use: false,
      says: `WebGPU answered wrongly on a test network (difference ${difference.toPrecision(2)}); WebAssembly computes.`,
    }
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]
    return { use: false, says: `WebGPU failed on a test network (${reason}); WebAssembly computes.` }
  }
}

interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean }
}

/** Loads the engine with the test network: whatever fails here fails again, in words, when a model is opened. */
export async function warmUp(): Promise<void> {
  await openProgram(testNetwork(), { device: 'wasm' })
    .then((program) => program[Symbol.asyncDispose]())
    .catch(() => undefined)
}

/** The largest relative difference between WebGPU and WebAssembly on the test network. */
export async function compare(): Promise<number> {
  const model = testNetwork()
  const x = noise(7, [1, 3, 16, 16])
  const answers: Float64Array[] = []
  for (const device of ['wasm', 'webgpu'] as const) {
    await using program = await openProgram(model, { device })
    answers.push(numbers((await program.run({ x })).y as Tensor))
  }
  const [right, got] = answers as [Float64Array, Float64Array]
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return right.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))), 0) / largest
}

const noise = (seed: number, dims: readonly number[]) => {
  const { uniform } = random(seed)
  return float32(
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => uniform(i) - 0.5),
  )
}

/** Ordinary, grouped and transposed convolutions, pooling and a matrix product: what was seen to go wrong on GPUs. */
function testNetwork(): Model {
  const empty: Graph = {
    name: 'check',
    inputs: [],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  }
  const builder = new Builder(empty)
  const { op } = builder
  const x = builder.input('x', 'float32', [1, 3, 16, 16])
  const w = (seed: number, dims: readonly number[]) => builder.constant(noise(seed, dims), `w${seed}`)
  const first = op.Relu(op.Conv(x, w(1, [12, 3, 3, 3]), { pads: [1, 1, 1, 1], strides: [2, 2] }))
  const grouped = op.Relu(op.Conv(first, w(2, [12, 6, 3, 3]), { pads: [1, 1, 1, 1], group: 2 }))
  const pooled = op.MaxPool(grouped, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })
  const up = op.ConvTranspose(pooled, w(3, [12, 5, 2, 2]), { strides: [2, 2] })
  const flat = op.Reshape(up, [1, -1])
  builder.named('MatMul', 'y', flat, w(4, [320, 10]))
  const graph = builder.finish([{ name: 'y', dtype: 'float32', shape: [1, 10] }])
  return { graph, opsets: { '': 18 }, irVersion: 8, producer: 'fovea', metadata: {}, functions: [] }
}
