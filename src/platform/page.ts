/**
 * What a page tells the browser platform before it is used: where the package's files are served, which ONNX Runtime to load,
 * and the files that were dropped on it, which no server has. Node never asks.
 */

import type { OnnxRuntime } from './session.ts'

export const page: {
  /** The folder that has models/; default: two above this module, as in the package. */
  root: string | undefined
  /** Loads ONNX Runtime; default: the packages onnxruntime-web/wasm and onnxruntime-web/webgpu. */
  runtime: ((device: 'wasm' | 'webgpu') => Promise<OnnxRuntime>) | undefined
  /** Threads of the WebAssembly build; default: as many as there are cores, one where the page is not cross-origin isolated. */
  threads: number | undefined
  /** Files in memory, by paths that begin with `dropped:`. */
  readonly files: Map<string, Uint8Array>
} = { root: undefined, runtime: undefined, threads: undefined, files: new Map() }

export const dropped = 'dropped:'
