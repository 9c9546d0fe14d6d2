/**
 * Heatmaps of photographs seen before, kept by the browser: the same model file, image file, method, options and version give
 * the same numbers, so a second visit starts with its picture.
 */

import type { Explained, MethodInfo, OpenedModel } from '../engine/messages.ts'
import { images } from './images.ts'
import type { Wanted } from './panels.ts'

const name = 'fovea'
const kept = 200
/** The name of the built page holds a hash of all its code. */
const build = import.meta.url

let opened: Promise<IDBDatabase | null> | undefined

function database(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    if (!('indexedDB' in globalThis)) return resolve(null)
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('explained')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(null)
  })
  return opened
}

/** Only values are a key: not the numbers that pictures have on this page. */
function keyOf({ image, ...rest }: Wanted): string | null {
  // Pictures beside the photograph have no name that outlives the page.
  const hash = rest.pictures ? undefined : images.value.find(({ id }) => id === image)?.hash
  return hash ? JSON.stringify([build, hash, rest]) : null
}

export async function fromStore(wanted: Wanted): Promise<Explained | null> {
  const key = keyOf(wanted)
  return key ? get<Explained>(key) : null
}

export async function toStore(wanted: Wanted, explained: Explained): Promise<void> {
  const key = keyOf(wanted)
  if (key) await put(key, explained)
}

/** The embedded model as it was opened last time, to show the page with before it is open again. */
export interface Memory {
  readonly methods: readonly MethodInfo[]
  readonly model: OpenedModel
}

const memoryKey = JSON.stringify([build, 'embedded'])
export const remember = (memory: Memory) => put(memoryKey, memory)
export const recall = () => get<Memory>(memoryKey)

/** A store that fails (private windows, a full disk) is an empty one. */
async function get<T>(key: string): Promise<T | null> {
  const base = await database()
  if (!base) return null
  return new Promise((resolve) => {
    const request = base.transaction('explained').objectStore('explained').get(key)
    request.onsuccess = () => resolve((request.result as T | undefined) ?? null)
    request.onerror = () => resolve(null)
  })
}

async function put(key: string, value: unknown): Promise<void> {
  const base = await database()
  if (!base) return
  const store = base.transaction('explained', 'readwrite').objectStore('explained')
  store.put(value, key)
  const count = store.count()
  count.onsuccess = () => {
    if (count.result > kept) store.clear()
  }
}
