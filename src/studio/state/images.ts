/** The photographs on the page, and the one in front. */

import { computed, signal } from '@preact/signals'
import type { Image } from '../../tensor/index.ts'
import { complain } from './page.ts'
import { engine, pictures, root } from './workers.ts'

export interface Picture {
  readonly id: string
  readonly name: string
  /** Of the file, to know it again. */
  readonly hash: string
  readonly image: Image
  /** For <img>. */
  readonly url: string
  /** Where the page can find it again; null for what was dropped. */
  readonly source: string | null
}

export const images = signal<readonly Picture[]>([])
export const imageId = signal<string | null>(null)
export const picture = computed(() => images.value.find(({ id }) => id === imageId.value) ?? null)

/** Photographs that come with the page. */
export const examples = signal<readonly { readonly name: string; readonly url: string }[]>([])

export async function openExample({ name, url }: { readonly name: string; readonly url: string }): Promise<void> {
  const answer = await fetch(new URL(url, root))
  if (answer.ok) await addImage(name, new Uint8Array(await answer.arrayBuffer()), url)
  else complain(new Error(`${name} cannot be read: the server answers ${answer.status}.`))
}

let last = 0

/** Reads one photograph; what cannot be read is said in a sentence, and nothing else changes. */
export async function addImage(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  source: string | null = null,
  show = true,
) {
  const id = `image-${++last}`
  try {
    const { image, hash } = await pictures.call<{ image: Image; hash: string }>('decode', { id, name, bytes })
    const known = images.value.find((other) => other.hash === hash)
    if (known) {
      if (show) imageId.value = known.id
      return known
    }
    const url = URL.createObjectURL(new Blob([bytes]))
    const added: Picture = { id, name, hash, image, url, source }
    images.value = [...images.value, added]
    if (show || imageId.value === null) imageId.value = id
    return added
  } catch (error) {
    complain(error)
    return null
  }
}

/** The pictures that the engine has; a fresh one has none. */
const sent = new Set<string>()

export async function sendImage(id: string): Promise<void> {
  const found = images.value.find((one) => one.id === id)
  if (!found || sent.has(id)) return
  sent.add(id)
  await engine.call('addImage', { id, image: found.image })
}

export const forgetSent = () => sent.clear()

export function removeImage(id: string): void {
  const gone = images.value.find((one) => one.id === id)
  if (!gone) return
  const at = images.value.indexOf(gone)
  images.value = images.value.filter((one) => one !== gone)
  if (imageId.value === id) imageId.value = (images.value[at] ?? images.value[at - 1])?.id ?? null
  URL.revokeObjectURL(gone.url)
  void pictures.call('forget', { id })
  if (sent.delete(id)) void engine.call('dropImage', { id })
}

/** The next or the previous photograph. */
export function stepImage(by: number): void {
  const at = images.value.findIndex(({ id }) => id === imageId.value)
  const next = images.value[(at + by + images.value.length) % images.value.length]
  if (next) imageId.value = next.id
}
