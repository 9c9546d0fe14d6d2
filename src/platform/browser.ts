/** Browser: ONNX Runtime's WebAssembly build; createImageBitmap; no files. */

import { FoveaError } from '../error/index.ts'
import { createOrtSession, type OnnxRuntime, type Session, type SessionOptions } from './session.ts'

export { decodeImage } from './decode-browser.ts'

/** Loads a model into ONNX Runtime's WebAssembly build (a caller's own instance: `globalThis[Symbol.for('onnxruntime')]`). */
export async function createSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const own = (globalThis as Record<symbol, unknown>)[Symbol.for('onnxruntime')] as OnnxRuntime | undefined
  const ort = own ?? ((await import('onnxruntime-web/wasm')) as unknown as OnnxRuntime)
  const session = await createOrtSession(ort, 'onnxruntime-web wasm', bytes, { ...options, providers: ['wasm'] })
  return {
    ...session,
    run(feeds, fetches) {
      const result = chain.then(() => session.run(feeds, fetches))
      chain = result.catch(() => undefined)
      return result
    },
  }
}

/** onnxruntime-web neither runs nor creates two sessions at once: everything goes through one chain. */
let chain: Promise<unknown> = Promise.resolve()

export async function hasNativeRuntime(): Promise<boolean> {
  return false
}

export async function hasBlockedKernels(): Promise<boolean> {
  return false
}

/** @param path a URL of the page's own origin */
export async function readBytes(path: string): Promise<Uint8Array> {
  const answer = await fetch(path)
  if (!answer.ok)
    throw new FoveaError('FOVEA_IO', `Cannot read ${path}: the server answers ${answer.status}.`, { file: path })
  return new Uint8Array(await answer.arrayBuffer())
}

export async function writeBytes(path: string): Promise<void> {
  throw new FoveaError(
    'FOVEA_IO',
    `Cannot write ${path}: a web page has no files; take the bytes and offer a download.`,
  )
}

export function filesBeside(modelPath: string): () => Uint8Array {
  return () => {
    throw new FoveaError(
      'FOVEA_EXTERNAL_DATA',
      `${modelPath} keeps tensors in another file, which a web page cannot reach.`,
    )
  }
}
