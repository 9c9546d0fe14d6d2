/** Browser: ONNX Runtime's WebAssembly build, WebGPU where it is asked for; createImageBitmap; files by URL or as dropped. */

import { FoveaError } from '../error/index.ts'
import { dropped, page } from './page.ts'
import {
  createOrtSession,
  type DiskCache,
  type OnnxRuntime,
  type Session,
  type SessionOptions,
  type WeightFile,
} from './session.ts'

export { decodeImage } from './decode-browser.ts'

/**
 * Loads a model into ONNX Runtime (a caller's own instance: `globalThis[Symbol.for('onnxruntime')]`). 'auto' is WebAssembly:
 * whoever wants WebGPU has checked that it answers right on this machine.
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const device = options.device === 'webgpu' ? 'webgpu' : 'wasm'
  const ort = await load(device)
  const providers = device === 'webgpu' ? [{ name: 'webgpu', preferredLayout: 'NCHW' }, 'wasm'] : ['wasm']
  const session = await inTurn(() =>
    createOrtSession(ort, `onnxruntime-web ${device}`, bytes, { ...options, threads: undefined, providers }),
  )
  return {
    ...session,
    run: (feeds, fetches) => inTurn(() => session.run(feeds, fetches)),
    release: () => inTurn(() => session.release()),
  }
}

/** onnxruntime-web neither runs nor creates two sessions at once: everything goes through one chain. */
let chain: Promise<unknown> = Promise.resolve()

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = chain.then(work)
  chain = result.catch(() => undefined)
  return result
}

const loaded = new Map<string, Promise<OnnxRuntime>>()

function load(device: 'wasm' | 'webgpu'): Promise<OnnxRuntime> {
  let runtime = loaded.get(device)
  if (!runtime) {
    runtime = loadRuntime(device)
    loaded.set(device, runtime)
  }
  return runtime
}

async function loadRuntime(device: 'wasm' | 'webgpu'): Promise<OnnxRuntime> {
  const own = (globalThis as Record<symbol, unknown>)[Symbol.for('onnxruntime')] as OnnxRuntime | undefined
  if (own) return own
  const module: unknown = await (page.runtime?.(device) ??
    (device === 'wasm' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/webgpu')))
  const ort = module as OnnxRuntime & { readonly env: { readonly wasm?: { numThreads?: number } } }
  const cores = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1
  if (ort.env.wasm) ort.env.wasm.numThreads = page.threads ?? cores
  ort.env.logLevel = 'error'
  return ort
}

export async function hasNativeRuntime(): Promise<boolean> {
  return false
}

export async function hasBlockedKernels(): Promise<boolean> {
  return false
}

export async function readsWeightFiles(): Promise<boolean> {
  return false
}

/** A page holds its models in memory. */
export function weightFile(): WeightFile | undefined {
  return undefined
}

/** Where a file of the package is served. */
export function shippedFile(path: string): string {
  const here = import.meta.url
  return new URL(path, page.root ?? new URL('../../', here)).href
}

/** @param path a URL of the page's own origin, or the path of a dropped file */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (path.startsWith(dropped)) {
    const bytes = page.files.get(path)
    if (bytes) return bytes
    throw new FoveaError('FOVEA_IO', `${nameOf(path)} was not dropped.`, { file: nameOf(path) })
  }
  const answer = await fetch(path).catch((cause: unknown) => {
    throw new FoveaError('FOVEA_IO', `Cannot read ${nameOf(path)}: the server does not answer.`, { file: path }, cause)
  })
  if (!answer.ok)
    throw new FoveaError('FOVEA_IO', `Cannot read ${nameOf(path)}: the server answers ${answer.status}.`, {
      file: path,
    })
  return new Uint8Array(await answer.arrayBuffer())
}

const nameOf = (path: string) => path.split('/').at(-1) || path
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function writeBytes(path: string): Promise<void> {
  throw new FoveaError(
    'FOVEA_IO',
    `Cannot write ${path}: a web page has no files; take the bytes and offer a download.`,
  )
}

/** Tensors that a model keeps outside: found where they were dropped together with it. */
export function filesBeside(modelPath: string): (location: string, offset: number, length: number) => Uint8Array {
  return (location, offset, length) => {
    const bytes = page.files.get(modelPath.replace(/[^/]*$/, location))
    if (bytes && offset + length <= bytes.length) return bytes.subarray(offset, offset + length)
    throw new FoveaError(
      'FOVEA_EXTERNAL_DATA',
      `${nameOf(modelPath)} keeps tensors in '${location}'${bytes ? ', which is truncated' : ''}; drop both files together.`,
      { file: nameOf(modelPath) },
    )
  }
}

/** A page keeps nothing between visits here: the studio stores what it made by itself. */
export function programCache(): DiskCache | undefined {
  return undefined
}
