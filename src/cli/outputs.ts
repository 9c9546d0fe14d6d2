/** Where results go: names for files, formats, and standard output for `-o -`. */

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeBytes } from '#platform'
import { FoveaError } from '../error/index.ts'

export const formats = ['png', 'json', 'npy'] as const
export type Format = (typeof formats)[number]

/** Names the file of one result of one image. */
export interface Destination {
  readonly formats: readonly Format[]
  /**
   * @param stem what the files of the image are called (`stemsOf`)
   * @param part tells several files of one image and format apart: a method's name
   */
  write(stem: string, format: Format, bytes: Uint8Array | string, part?: string): Promise<string>
  /** Removes what a process that was killed while it wrote has left of these images; nobody may be writing. */
  sweep(stems: readonly string[]): Promise<void>
}

/**
 * @param out a file, a folder (existing, or ending in /, or for several images), '-', or nothing: beside nothing, in the
 * current folder, as `<image>.fovea.<format>`
 * @throws FoveaError FOVEA_USAGE
 */
export async function destination(
  out: string | undefined,
  wanted: string | undefined,
  images: number,
  parts: number,
): Promise<Destination> {
  const ending = formats.find((format) => out?.toLowerCase().endsWith(`.${format}`))
  const chosen = wanted === undefined ? [ending ?? 'png'] : wanted.split(',').map(format)
  const folder = out !== undefined && out !== '-' && (out.endsWith('/') || images > 1 || (await isFolder(out)))
  if (folder && ending && images > 1 && !(await isFolder(out)))
    throw new FoveaError('FOVEA_USAGE', `${images} images do not fit into one file '${out}'; give -o a folder.`)
  if (out === '-') {
    if (chosen.length > 1 || images > 1 || (chosen[0] === 'npy' && parts > 1))
      throw new FoveaError('FOVEA_USAGE', '-o - takes one file: one image, one --format, and for npy one method.')
    if (process.stdout.isTTY && chosen[0] !== 'json')
      throw new FoveaError(
        'FOVEA_USAGE',
        `-o - would write a ${chosen[0]?.toUpperCase()} file into the terminal; redirect it into a file or a pipe.`,
      )
  }
  return {
    formats: chosen,
    async write(stem, kind, bytes, part) {
      if (out === '-') {
        await new Promise<void>((done) => process.stdout.write(bytes, () => done()))
        return '-'
      }
      const path =
        out !== undefined && !folder
          ? fileFor(out, kind, ending, chosen, part)
          : `${prefix(out)}${stem}${part ? `.${part}` : ''}.fovea.${kind}`
      await writeBytes(path, bytes)
      return path
    },
    async sweep(stems) {
      const home = out !== undefined && folder ? out : '.'
      const own = new Set(stems)
      for (const file of await readdir(home).catch(() => [])) {
        const [, stem = ''] = /^(.*)\.fovea\.(?:png|json|npy)\.[0-9a-f]{12}\.tmp$/.exec(file) ?? []
        if (own.has(stem) || own.has(stem.replace(/\.[^.]+$/, ''))) await rm(join(home, file), { force: true })
      }
    },
  }
}

const prefix = (folder: string | undefined) => (folder === undefined ? '' : `${folder.replace(/[/\\]$/, '')}/`)

/** `-o map.png` with one format is just that; further formats and parts take its place before the ending. */
function fileFor(
  out: string,
  kind: Format,
  ending: Format | undefined,
  chosen: readonly Format[],
  part?: string,
): string {
  const stem = ending ? out.slice(0, -ending.length - 1) : out
  if (!part && (ending === kind || (chosen.length === 1 && !ending))) return out
  return `${stem}${part ? `.${part}` : ''}.${kind}`
}

/** What the files of each image are called: its own name without the ending; those of one name are numbered. */
export function stemsOf(images: readonly string[]): string[] {
  const taken = new Set<string>()
  return images.map((image) => {
    const stem = image === '-' ? 'stdin' : (image.split(/[/\\]/).at(-1) as string).replace(/\.[^.]+$/, '')
    let name = stem
    for (let n = 2; taken.has(name); n++) name = `${stem}-${n}`
    taken.add(name)
    return name
  })
}

function format(word: string): Format {
  const found = formats.find((known) => known === word.trim())
  if (found) return found
  throw new FoveaError('FOVEA_USAGE', `--format is ${formats.join(', ')} or several with commas, not '${word}'.`)
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )
}
