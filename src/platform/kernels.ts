/**
 * WebAssembly kernels, and memory for them that is lent and given back. Fresh memory is dear: the system zeroes and maps each page
 * at its first touch (0.1 s for 200 MiB), as much time as a whole scale space takes. So memory that was given back is lent
 * again. What lies idle is held weakly: the garbage collector may free it.
 */

import { FoveaError } from '../error/index.ts'

/** Compiled C files. */
export interface Kernels {
  /** Whether they can run here: there is WebAssembly, and it knows 128-bit SIMD. */
  hasSimd(): boolean
  /** Lends at least `size` bytes beyond the kernels' own, handed out piece by piece; NOT zeroed. */
  open<Loops>(size: number): Lent<Loops>
}

export interface Lent<Loops> {
  readonly kernel: Loops
  readonly buffer: ArrayBuffer
  /** The address of so many bytes. */
  take(length: number): number
  /** After this nothing of it may be touched any more. */
  close(): void
}

/** An instance of the kernels and its memory, of fixed size. */
interface Room {
  readonly exports: WebAssembly.Exports
  readonly buffer: ArrayBuffer
}

/** A room and nothing else. A WeakRef's target lives at least until the running job ends; so it is emptied when the room is lent. */
interface Shelf {
  room: Room | undefined
}

/** What is larger would be held a second time: the kernels leave it to their TypeScript twins. */
export const mostBytes = 2 ** 28

const slack = 64
const page = 65536
const mostIdle = 4

/** @param code a module in base64 that imports its memory and exports `__heap_base` */
export function kernels(code: string): Kernels {
  let module: WebAssembly.Module | null | undefined
  let idle: readonly WeakRef<Shelf>[] = []
  const compiled = () => {
    if (module === undefined) module = compile(code)
    return module
  }

  /** The smallest idle room that is large enough, and not more than twice as large. */
  function again(size: number): Room | undefined {
    let best: Shelf | undefined
    const sizeOf = (shelf?: Shelf) => shelf?.room?.buffer.byteLength ?? 0
    for (const shelf of idle.map((held) => held.deref()))
      if (sizeOf(shelf) >= size && sizeOf(shelf) <= Math.min(2 * size, (best && sizeOf(best)) ?? Infinity)) best = shelf
    const room = best?.room
    if (best) best.room = undefined
    idle = idle.filter((held) => held.deref()?.room)
    return room
  }

  function fresh(pages: number, size: number): Room {
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
      const { exports } = new WebAssembly.Instance(compiled() as WebAssembly.Module, { env: { memory } })
      return { exports, buffer: memory.buffer as ArrayBuffer }
    } catch (cause) {
      const message = `There is no memory for ${Math.ceil(size / 2 ** 20)} MiB of planes; use a smaller image.`
      throw new FoveaError('FOVEA_IMAGE_TOO_LARGE', message, {}, cause)
    }
  }

  return {
    hasSimd: () => compiled() !== null,
    open<Loops>(size: number) {
      const pages = Math.ceil((size + slack) / page) + 2
      const room = again(pages * page) ?? fresh(pages, size)
      let top = (room.exports.__heap_base as WebAssembly.Global).value as number
      return {
        kernel: room.exports as unknown as Loops,
        buffer: room.buffer,
        take(length) {
          const at = Math.ceil(top / 64) * 64
          top = at + length
          return at
        },
        close() {
          idle = [new WeakRef<Shelf>({ room }), ...idle].slice(0, mostIdle)
        },
      }
    },
  }
}

/** Null where WebAssembly or its SIMD is missing, or a page's policy forbids it. */
function compile(code: string): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(code), (c) => c.charCodeAt(0)))
  } catch {
    return null
  }
}
