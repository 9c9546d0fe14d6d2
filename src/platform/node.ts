/** Node: native ONNX Runtime where it is installed, its WebAssembly build where it is not; sharp; files. */

import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { FoveaError } from '../error/index.ts'
import { createOrtSession, type Device, type OnnxRuntime, type Session, type SessionOptions } from './session.ts'
import { readPart } from './weight-file.ts'

export { decodeImage } from './decode-node.ts'
export { programCache } from './disk-cache.ts'
export { weightFile } from './weight-file.ts'

const loaded = new Map<string, Promise<OnnxRuntime>>()

/**
 * Loads a model into ONNX Runtime.
 * @param bytes a complete .onnx file (no external data but in `options.weights`)
 * @throws FoveaError FOVEA_MODEL, FOVEA_BACKEND
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const threads = options.threads ?? (Number(process.env.FOVEA_THREADS) || availableParallelism())
  const device = await resolveDevice(options.device ?? 'auto')
  if (device === 'wasm') {
    const ort = await load('onnxruntime-web')
    return serial(await createOrtSession(ort, 'onnxruntime-web wasm', bytes, { ...options, providers: ['wasm'] }))
  }
  const ort = await load('onnxruntime-node')
  const providers = device === 'webgpu' ? [{ name: 'webgpu', preferredLayout: 'NCHW' }, 'cpu'] : ['cpu']
  return createOrtSession(ort, `onnxruntime-node ${device}`, bytes, { ...options, threads, providers })
}

/** Whether native ONNX Runtime can be used; without it everything runs on WebAssembly, 4 to 7 times slower. */
export async function hasNativeRuntime(): Promise<boolean> {
  return load('onnxruntime-node').then(
    () => true,
    () => false,
  )
}

/** Whether a session on this device holds images in blocks of channels: native ONNX Runtime does on x64. */
export async function hasBlockedKernels(device: Device = 'auto'): Promise<boolean> {
  return process.arch === 'x64' && (await resolveDevice(device)) === 'cpu'
}

/** Whether a session on this device reads weights from the model's file, so that they need not be in the bytes that it is made of. */
export async function readsWeightFiles(device: Device = 'auto'): Promise<boolean> {
  return (await resolveDevice(device)) === 'cpu'
}

async function resolveDevice(device: Device): Promise<Exclude<Device, 'auto'>> {
  if (device !== 'auto') return device
  const forced = process.env.FOVEA_DEVICE
  if (forced === 'wasm' || forced === 'cpu' || forced === 'webgpu') return forced
  return (await hasNativeRuntime()) ? 'cpu' : 'wasm'
}

function load(name: 'onnxruntime-node' | 'onnxruntime-web'): Promise<OnnxRuntime> {
  let module = loaded.get(name)
  if (!module) {
    module = importRuntime(name)
    loaded.set(name, module)
  }
  return module
}

async function importRuntime(name: string): Promise<OnnxRuntime> {
  const module = (await import(name).catch((cause: unknown) => {
    throw new FoveaError('FOVEA_BACKEND', `${name} cannot be loaded; install it with: npm install ${name}`, {}, cause)
  })) as OnnxRuntime & { default?: OnnxRuntime }
  const ort = module.InferenceSession ? module : (module.default as OnnxRuntime)
  ort.env.logLevel = 'error'
  return ort
}

/** onnxruntime-web neither runs nor creates two sessions at once: everything goes through one chain. */
let chain: Promise<unknown> = Promise.resolve()

function serial(session: Session): Session {
  return {
    ...session,
    run(feeds, fetches) {
      const result = chain.then(() => session.run(feeds, fetches))
      chain = result.catch(() => undefined)
      return result
    },
  }
}

/** Where a file of the package lies, such as 'models/efficientnet-lite0/model.onnx'. */
export function shippedFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** @throws FoveaError FOVEA_IO with the reason in words */
export async function readBytes(path: string): Promise<Uint8Array> {
  const read = await readFile(path).catch((cause: unknown) => fail('read', path, cause))
  // A buffer of its own is not copied: files are large.
  return read.byteLength === read.buffer.byteLength ? new Uint8Array(read.buffer) : new Uint8Array(read)
}

/** As `readBytes`, in a fifth of the processor's time; nothing else happens meanwhile. */
export function readBytesNow(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    return fail('read', path, cause)
  }
}

/** Of the bytes, in hexadecimal; where they lie: Web Crypto would copy a whole model. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Writes all or nothing: a temporary file beside the target, synced, then renamed. (Devices and pipes are written into.) What waits
 * for the disk does so in another thread; the other steps are shorter than handing them over.
 */
export async function writeBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  const status = statusOf(path)
  if (status && !status.isFile() && !status.isDirectory())
    return writeFile(path, bytes).catch((cause: unknown) => fail('write', path, cause))
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await openNew(temporary)
    try {
      writeFileSync(file, bytes)
      await sync(file)
    } finally {
      closeSync(file)
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    fail('write', path, cause)
  }
}

const sync = promisify(fsync)

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

async function openNew(path: string): Promise<number> {
  try {
    return openSync(path, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeFolder(dirname(resolve(path)))
    return openSync(path, 'wx')
  }
}

/** `mkdir -p`; Node's own recursion never returns below /proc. */
async function makeFolder(path: string): Promise<void> {
  const failed = await mkdir(path).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  )
  if (!failed || failed.code === 'EEXIST') return
  if (failed.code !== 'ENOENT' || dirname(path) === path) throw failed
  await makeFolder(dirname(path))
  await mkdir(path)
}

/**
 * The files beside a model, for tensors that it keeps outside: only regular files with one link, inside the folder of the
 * model (of the real model where the path is a link, as in the Hugging Face cache).
 */
export function filesBeside(modelPath: string): (location: string, offset: number, length: number) => Uint8Array {
  const refuse = (location: string, why: string): never => {
    throw new FoveaError('FOVEA_EXTERNAL_DATA', `${modelPath} keeps tensors in '${location}', ${why}.`, {
      file: modelPath,
    })
  }
  return (location, offset, length) => {
    const named = join(dirname(resolve(modelPath)), location)
    try {
      const path = realpathSync(named)
      const homes = [dirname(resolve(modelPath)), dirname(realpathSync(modelPath))].map((home) => realpathSync(home))
      if (!homes.some((home) => !relative(home, path).startsWith(`..${sep}`) && relative(home, path) !== '..'))
        refuse(location, "which lies outside the model's folder")
      const status = lstatSync(path)
      if (!status.isFile()) refuse(location, 'which is not a regular file')
      if (status.nlink > 1) refuse(location, 'which has several hard links; copy it')
      if (offset + length > status.size)
        refuse(location, `which ends at byte ${status.size}, before ${offset + length}; it is truncated`)
      const file = openSync(path, 'r')
      try {
        return readPart(file, offset, length)
      } finally {
        closeSync(file)
      }
    } catch (cause) {
      if (cause instanceof FoveaError) throw cause
      return refuse(location, 'which is missing or cannot be read; put it beside the model')
    }
  }
}

function fail(verb: 'read' | 'write', path: string, cause: unknown): never {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const reasons: Record<string, string> = {
    ENOENT: verb === 'read' ? 'there is no such file' : 'its folder does not exist',
    EACCES: 'permission is denied',
    EPERM: 'permission is denied',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of its path is a file',
    ENAMETOOLONG: 'its name is too long',
  }
  const reason = reasons[code] ?? (cause as Error).message
  const usage = verb === 'read' && (code === 'ENOENT' || code === 'EISDIR')
  throw new FoveaError(usage ? 'FOVEA_USAGE' : 'FOVEA_IO', `Cannot ${verb} ${path}: ${reason}.`, { file: path }, cause)
}
