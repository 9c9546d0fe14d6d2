/** What is dropped, pasted or picked: photographs, models, and the files that belong to a model. */

import { addImage } from './images.ts'
import { openModel } from './models.ts'
import { say } from './page.ts'

const isModel = (name: string) => /\.onnx$/i.test(name)
const belongs = (name: string) => /\.(json|txt|data|bin|weights|pb)$/i.test(name) || !name.includes('.')
const isPicture = ({ name, type }: File) =>
  type.startsWith('image/') || /\.(jpe?g|png|webp|gif|tiff?|avif|hei[cf])$/i.test(name)

/** Takes all files in at once: the weights, labels and preset of a model come together with it. */
export async function takeIn(files: readonly File[]): Promise<void> {
  const model = files.find(({ name }) => isModel(name))
  const photographs = files.filter(isPicture)
  const rest = files.filter((file) => file !== model && !photographs.includes(file))
  for (const [i, file] of photographs.entries()) await addImage(file.name, await bytesOf(file), null, i === 0)
  if (model) {
    const companions = rest.filter(({ name }) => belongs(name))
    const entries = await Promise.all(
      [model, ...companions].map(async (file) => [file.name, await bytesOf(file)] as const),
    )
    await openModel({ source: model.name, files: Object.fromEntries(entries) }, model.name)
  } else if (rest.length > 0) {
    // Let the decoder say what these are instead: it knows by the first bytes.
    if (photographs.length === 0) for (const file of rest.slice(0, 1)) await addImage(file.name, await bytesOf(file))
    else say(`${rest.length} files are no pictures and were left out.`)
  }
}

const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer())

/** Every file of what was dropped, folders included. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? [])
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files]
  return (await Promise.all(entries.map(walk))).flat()
}

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (part.length === 0) break
    found.push(...part)
  }
  return (await Promise.all(found.sort((a, b) => a.name.localeCompare(b.name)).map(walk))).flat()
}

/** Asks for files with the system's own dialog. */
export function pick(accept: string, options: { folder?: boolean; many?: boolean } = {}): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.multiple = options.many ?? true
  if (options.folder) input.webkitdirectory = true
  input.onchange = () => void takeIn([...(input.files ?? [])])
  input.click()
}

/** Gives bytes to the person as a file. */
export function save(name: string, bytes: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
