/** The models that are open, the one in front, and the engine that holds them. */

import { computed, signal } from '@preact/signals'
import type { MethodInfo, OpenedModel, OpenRequest, Start, Started } from '../engine/messages.ts'
import type { RemoteError } from '../rpc.ts'
import { complain, say } from './page.ts'
import { engine, root, wishes } from './workers.ts'

export const methods = signal<readonly MethodInfo[]>([])
export const models = signal<readonly OpenedModel[]>([])
export const modelKey = signal<string | null>(null)
export const model = computed(() => models.value.find(({ key }) => key === modelKey.value) ?? null)

/** In words: what computes here. */
export const engineSays = signal('starting')
export const webgpuSays = signal('')
export const opening = signal<string | null>('the model')
/** Why no model is open. */
export const openFailed = signal<string | null>(null)

const shared = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function'
/** Holds the number of the run that is to stop. */
export const stopFlag = shared ? new Int32Array(new SharedArrayBuffer(4)) : null

/** How each open model was opened, for a fresh engine. */
const requests = new Map<string, OpenRequest>()
let started: Promise<void> | undefined

export function startEngine(): Promise<void> {
  started ??= (async () => {
    const threads = Number(wishes.get('threads')) || undefined
    const start: Start = { root, threads, stop: stopFlag }
    const answer = await engine.call<Started>('start', start)
    methods.value = answer.methods
    engineSays.value = `wasm · ${answer.threads} ${answer.threads === 1 ? 'thread' : 'threads'}`
  })()
  return started
}

let ready: Promise<unknown> = Promise.resolve()

/** Resolves when no model is being opened. */
export const engineReady = () => ready

/** Opens a model and puts it in front; what went wrong is said, and the last model stays. */
export function openModel(request: OpenRequest, name: string): Promise<OpenedModel | null> {
  const opened = open(request, name)
  ready = opened
  return opened
}

async function open(request: OpenRequest, name: string): Promise<OpenedModel | null> {
  opening.value = name
  try {
    await startEngine()
    const opened = await engine.call<OpenedModel>('open', request)
    requests.set(opened.key, request)
    models.value = [...models.value.filter(({ key }) => key !== opened.key), opened]
    modelKey.value = opened.key
    openFailed.value = null
    return opened
  } catch (error) {
    if ((error as RemoteError).code === 'ABORTED') return null
    openFailed.value = (error as Error).message
    complain(error)
    return null
  } finally {
    opening.value = null
  }
}

/** After a hard stop: a new worker with the same models. The pictures are sent again by whoever holds them. */
export function restartEngine(): Promise<void> {
  engine.end()
  started = undefined
  const again = reopen()
  ready = again.catch(() => undefined)
  return again
}

async function reopen(): Promise<void> {
  await startEngine()
  for (const [key, request] of requests) {
    const again = await engine.call<OpenedModel>('open', request)
    if (again.key !== key) throw new Error('A model changed while the engine started again.')
  }
}

/** WebGPU is tried once the first heatmap is there; whoever has no adapter has lost nothing. */
export async function tryWebgpu(): Promise<void> {
  const wish = wishes.get('device')
  if (wish === 'wasm' || !('gpu' in navigator)) {
    webgpuSays.value =
      wish === 'wasm' ? 'WebAssembly was asked for.' : 'This browser has no WebGPU; WebAssembly computes.'
    return
  }
  const verdict = await engine
    .call<{ use: boolean; says: string }>('webgpu', { emulated: wish === 'emulated' })
    .catch((error: Error) => ({ use: false, says: `WebGPU failed (${error.message}); WebAssembly computes.` }))
  webgpuSays.value = verdict.says
  if (verdict.use) engineSays.value = 'webgpu'
  else if (wish === 'emulated') say(verdict.says)
}
