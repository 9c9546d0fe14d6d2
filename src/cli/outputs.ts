/** Where results go: names for files, formats, and standard output for `-o -`. */

import { stat } from 'node:fs/promises'
import { writeBytes } from '#platform'
import { FoveaError } from '../error/index.ts'

export const formats = ['png', 'json', 'npy'] as const
export type Format = (typeof formats)[number]

/** Names the file of one result of one image. */
export interface Destination {
  readonly formats: readonly Format[]
  /** @param part tells several files of one image and format apart: a method's name */
  write(image: string, format: Format, bytes: Uint8Array | string, part?: string): Promise<string>
}

/**
 * @param out a file, a folder (existing, or ending in /, or for several images), '-', or nothing: beside nothing, in the
 * current folder, as `<image>.fovea.<format>`
 * @throws FoveaError FOVEA_USAGE
 */
export async function destination(
  out: string | undefined,
  wanted: string | undefined,
  images: readonly string[],
  parts: number,
): Promise<Destination> {
  const ending = formats.find((format) => out?.toLowerCase().endsWith(`.${format}`))
  const chosen = wanted === undefined ? [ending ?? 'png'] : wanted.split(',').map(format)
  const folder = out !== undefined && out !== '-' && (out.endsWith('/') || images.length > 1 || (await isFolder(out)))
  if (folder && ending && images.length > 1 && !(await isFolder(out)))
    throw new FoveaError('FOVEA_USAGE', `${images.length} images do not fit into one file '${out}'; give -o a folder.`)
  if (out === '-') {
    if (chosen.length > 1 || images.length > 1 || (chosen[0] === 'npy' && parts > 1))
      throw new FoveaError('FOVEA_USAGE', '-o - takes one file: one image, one --format, and for npy one method.')
    if (process.stdout.isTTY && chosen[0] !== 'json')
      throw new FoveaError(
        'FOVEA_USAGE',
        `-o - would write a ${chosen[0]?.toUpperCase()} file into the terminal; redirect it into a file or a pipe.`,
      )
  }
  const taken = new Map<string, string>()
  return {
    formats: chosen,
    async write(image, kind, bytes, part) {
      if (out === '-') {
        await new Promise<void>((done) => process.stdout.write(bytes, () => done()))
        return '-'
      }
      const path =
        out !== undefined && !folder
          ? fileFor(out, kind, ending, chosen, part)
          : `${prefix(out)}${unique(taken, image)}${part ? `.${part}` : ''}.fovea.${kind}`
      await writeBytes(path, bytes)
      return path
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

/** The image's own name without its ending; images of one name from different folders are numbered. */
function unique(taken: Map<string, string>, image: string): string {
  const stem = image === '-' ? 'stdin' : (image.split(/[/\\]/).at(-1) as string).replace(/\.[^.]+$/, '')
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}-${n}`
    const owner = taken.get(name)
    if (owner === undefined || owner === image) {
      taken.set(name, image)
      return name
    }
  }
}

function format(word: string): Format {
  const found = formats.find((known) => known === word.trim())
  if (found) return found
  throw new FoveaError('FOVEA_USAGE', `--format is ${formats.join(', ')} or several with commas, not '${word}'.`)
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )
}
