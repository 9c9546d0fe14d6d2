/** What Fovea needs of an inference engine, and ONNX Runtime (either package) as that engine. */

import { type Code, FoveaError } from '../error/index.ts'
import type { Arrays, Dtype, Tensor } from '../tensor/index.ts'

export interface SessionOptions {
  /** Threads inside one operator; default: all cores, in Node what FOVEA_THREADS says. */
  readonly threads?: number
  /** What the engine may rewrite; 'disabled' keeps every node as it is. Default 'all'. */
  readonly optimization?: 'disabled' | 'basic' | 'all'
  /** 'cpu' is native ONNX Runtime, 'wasm' WebAssembly; 'auto' takes the fastest that is there. */
  readonly device?: Device
  /** The file that the model's weights stayed in (see `readsWeightFiles`). */
  readonly weights?: WeightFile | undefined
  /**
   * Whether the session's threads wait actively for the next run, up to 60 ms (the default): in the way of another session that
   * runs then, but a short run that comes soon need not wake them.
   */
  readonly spinning?: boolean
  /** Whether the engine may hold copies of weights in the layout that it multiplies fastest; default true. */
  readonly packing?: boolean
}

/** A model's file that weights are read from when they are needed; it must stay what it was. Its errors are FOVEA_IO. */
export interface WeightFile {
  readonly folder: string
  /** Within the folder. */
  readonly name: string
  readonly size: number
  /** @throws FoveaError when the file was changed or moved */
  check(): void
  read(offset: number, length: number): Uint8Array
  /** Of the whole file, in hexadecimal. */
  sha256(): Promise<string>
}

export type Device = 'auto' | 'cpu' | 'wasm' | 'webgpu'

export type Feeds = Readonly<Record<string, Tensor>>

/** A loaded graph. Runs do not overlap; `release` frees its memory. */
export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** What runs it, for certificates: 'onnxruntime-node 1.30.0 cpu'. */
  readonly engine: string
  /** @param fetches the outputs wanted; default all */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

/** Bytes that outlive the process, by key. It never throws. */
export interface DiskCache {
  /** Milliseconds: what is made faster than that is better made again. */
  readonly worth: number
  read(key: string): Promise<Uint8Array | undefined>
  /** @param parts written one behind the other */
  write(key: string, parts: readonly Uint8Array[]): Promise<void>
}

/** The part of the onnxruntime-common API that Fovea uses; a caller may bring an own instance of it. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: Record<string, unknown>): Promise<OrtSession>
  }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OrtTensor
  readonly env: { readonly versions: { readonly common: string }; logLevel?: string }
}

interface OrtTensor {
  readonly type: string
  readonly data: unknown
  readonly dims: readonly number[]
}

interface OrtSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Record<string, OrtTensor>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}

/** @throws FoveaError FOVEA_MODEL when the engine refuses the model */
export async function createOrtSession(
  ort: OnnxRuntime,
  engine: string,
  bytes: Uint8Array,
  options: SessionOptions & { readonly providers: readonly unknown[] },
): Promise<Session> {
  const { weights } = options
  weights?.check()
  const settings = {
    ...(options.spinning === false ? { force_spinning_stop: '1' } : {}),
    ...(weights ? { model_external_initializers_file_folder_path: weights.folder } : {}),
    ...(options.packing === false ? { disable_prepacking: '1' } : {}),
  }
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: options.providers,
    graphOptimizationLevel: options.optimization ?? 'all',
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    extra: { session: settings },
    // A pattern is a second place for what the first run has placed already; it saves no time.
    enableMemPattern: false,
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw engineError('FOVEA_MODEL', 'ONNX Runtime cannot load the model', cause)
  })
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    engine: `${engine} ${ort.env.versions.common}`,
    async run(feeds, fetches = session.outputNames) {
      weights?.check()
      const tensors = Object.entries(feeds).map(([name, t]) => [name, new ort.Tensor(t.dtype, t.data, t.dims)] as const)
      const results = await session.run(Object.fromEntries(tensors), fetches).catch((cause: unknown) => {
        throw engineError('FOVEA_MODEL', 'ONNX Runtime failed while running the model', cause)
      })
      return Object.fromEntries(
        Object.entries(results).map(([name, t]) => [
          name,
          { dtype: t.type as Dtype, dims: t.dims, data: t.data as Arrays[Dtype] },
        ]),
      )
    },
    release: () => session.release(),
  }
}

/** One line of the engine's message: its C++ paths and status prefixes say nothing to a user. */
function engineError(code: Code, what: string, cause: unknown): FoveaError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const memory = /bad_alloc|out of memory|failed to allocate|memory access out of bounds/i.test(text)
  const line = text
    .split('\n')[0]
    ?.replace(/^.*?\bERROR_CODE: \d+, ERROR_MESSAGE: /, '')
    .replace(/\/\S*\/([\w.]+:\d+)\s+\S.*?\)\s*/g, '')
    .trim()
  const node = /Name:'([^']+)'/.exec(text)?.[1]
  if (memory) return new FoveaError('FOVEA_BACKEND', `${what}: it needs more memory than there is.`, {}, cause)
  return new FoveaError(code, `${what}: ${line}`, node ? { node } : {}, cause)
}
