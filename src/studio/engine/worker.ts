/** The engine's worker: starts ONNX Runtime, and answers calls. */

import { canCompile, methods } from '../../explain/index.ts'
import { type OnnxRuntime, page } from '../../platform/index.ts'
import type { Image } from '../../tensor/index.ts'
import { answer } from '../rpc.ts'
import { Engine } from './engine.ts'
import type { ExplainRequest, MethodInfo, OpenRequest, Start, Started } from './messages.ts'
import { checkWebgpu, warmUp } from './webgpu.ts'

const engine = new Engine()
let stop: Int32Array | null = null

answer({
  async start({ root, threads, stop: flag }: Start) {
    stop = flag
    page.root = root
    page.threads = threads
    page.runtime = (kind) => runtime(root, kind)
    // Compiles WebAssembly while the model is on its way.
    void warmUp()
    const cores = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1
    const value: Started = { methods: methods.map(describe), threads: threads ?? cores }
    return { value }
  },
  async webgpu({ emulated }: { emulated: boolean }) {
    const verdict = await checkWebgpu(emulated)
    if (verdict.use) engine.device = 'webgpu'
    return { value: verdict }
  },
  async open(request: OpenRequest) {
    return { value: await engine.open(request) }
  },
  async addImage({ id, image }: { id: string; image: Image }) {
    engine.addImage(id, image)
    return { value: undefined }
  },
  async dropImage({ id }: { id: string }) {
    engine.dropImage(id)
    return { value: undefined }
  },
  async explain(request: ExplainRequest, news) {
    const controller = new AbortController()
    const stopped = () => {
      if (stop && Atomics.load(stop, 0) === request.run) controller.abort()
    }
    stopped()
    let last = 0
    const explained = await engine.explain(request, controller.signal, (told) => {
      stopped()
      const now = performance.now()
      if (told.phase === 'run' && told.done < told.total && now - last < 60) return
      last = now
      news(told)
    })
    return { value: explained, transfer: [explained.raw.data.buffer] }
  },
  async predict({ model, image }: { model: string; image: string }) {
    return { value: await engine.predict(model, image) }
  },
  async activations({ model, image, layer }: { model: string; image: string; layer: string }) {
    const value = await engine.activations(model, image, layer)
    return { value, transfer: [value.data.buffer] }
  },
  async compile(request: ExplainRequest) {
    const bytes = await engine.compile(request)
    return { value: bytes, transfer: [bytes.buffer] }
  },
})

function describe(method: (typeof methods)[number]): MethodInfo {
  const {
    name,
    title,
    family,
    question,
    formula,
    reference,
    warning,
    cost,
    options,
    at,
    like = {},
    pictures = {},
  } = method
  const peers = Object.fromEntries(Object.entries(like).map(([peer, { options: own }]) => [peer, own]))
  const facts = { name, title, family, question, formula, reference, warning, cost, options, at, pictures }
  return { ...facts, like: peers, compiles: canCompile(method) }
}

/** ONNX Runtime from the folder beside the page: its WebAssembly is never part of the bundle. */
async function runtime(root: string, device: 'wasm' | 'webgpu'): Promise<OnnxRuntime> {
  const from = new URL('ort/', root).href
  const ort = (await import(/* @vite-ignore */ `${from}ort.${device}.min.mjs`)) as OnnxRuntime & {
    readonly env: { readonly wasm: { wasmPaths?: string } }
  }
  ort.env.wasm.wasmPaths = from
  return ort
}
