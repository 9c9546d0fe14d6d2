/** ONNX Runtime's two JavaScript packages as they come from npm, without Fovea in between. */

import type { Dtype, Tensor } from 'fovea/tensor'
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'

export type Feeds = Readonly<Record<string, Tensor>>
export type Answers = Readonly<Record<string, Tensor>>
export type Run = (feeds: Feeds) => Promise<Answers>

export const engines = {
  node: (bytes: Uint8Array, optimization: 'all' | 'disabled' = 'all') => open(native, bytes, 'cpu', optimization),
  web: (bytes: Uint8Array, optimization: 'all' | 'disabled' = 'all') => open(web, bytes, 'wasm', optimization),
} as const

async function open(
  ort: Pick<typeof native, 'InferenceSession' | 'Tensor'>,
  bytes: Uint8Array,
  provider: string,
  optimization: 'all' | 'disabled',
): Promise<Run & AsyncDisposable> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: optimization,
    intraOpNumThreads: 2,
    logSeverityLevel: 3,
  })
  const run = async (feeds: Feeds): Promise<Answers> => {
    const given = Object.entries(feeds).map(
      ([name, { dtype, data, dims }]) =>
        [name, new ort.Tensor(dtype as 'float32', data as Float32Array, dims)] as const,
    )
    const results = await session.run(Object.fromEntries(given))
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { dtype: type as Dtype, dims, data: data as Float32Array } as Tensor,
      ]),
    )
  }
  return Object.assign(run, { [Symbol.asyncDispose]: () => session.release() })
}
