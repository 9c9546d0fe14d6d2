/** Which images are meant: files, folders, globs (also quoted ones), `@list.txt`, and `-` for standard input. */

import { stat } from 'node:fs/promises'
import { glob } from 'tinyglobby'
import { decodeImage, readBytes, readBytesNow } from '#platform'
import { type Code, FoveaError } from '../error/index.ts'
import type { Image } from '../tensor/index.ts'

const endings = 'jpg,jpeg,png,webp,gif,tif,tiff,avif,heic,heif'.split(',').flatMap((e) => [e, e.toUpperCase()])

/** The images that are meant, and why some of the names are none. */
export interface Images {
  readonly names: readonly string[]
  readonly faults: ReadonlyMap<string, FoveaError>
}

/** @throws FoveaError FOVEA_USAGE when no name matches anything */
export async function expand(words: readonly string[]): Promise<Images> {
  const faults = new Map<string, FoveaError>()
  const meant = async (word: string) => {
    try {
      return await matches(word)
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error
      faults.set(word, error)
      return [word]
    }
  }
  const listed = (await Promise.all(words.map(lines))).flat()
  const names = [...new Set((await Promise.all(listed.map(meant))).flat())]
  const [first] = faults.values()
  if (first && faults.size === names.length) throw first
  return { names, faults }
}

/** The names in a list, or the one name. */
async function lines(word: string): Promise<string[]> {
  if (!word.startsWith('@')) return [word]
  const text = new TextDecoder().decode(await readBytes(word.slice(1)))
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (names.length > 0) return names
  throw new FoveaError('FOVEA_USAGE', `${word.slice(1)} lists no images.`, { file: word.slice(1) })
}

/** The image of a name, called `title` in messages. @throws FoveaError */
export async function imageOf(name: string, { faults }: Pick<Images, 'faults'>, title = name): Promise<Image> {
  const fault = faults.get(name)
  if (fault) throw fault
  return decodeImage(await bytesOf(name), { name: title })
}

async function matches(word: string): Promise<string[]> {
  if (word === '-') return ['-']
  const status = await stat(word).catch(() => undefined)
  if (status?.isFile()) return [word]
  const found = status?.isDirectory() ? await within(word) : /[*?[{]/.test(word) ? await matching(word) : []
  if (found.length > 0) return found.sort()
  if (status?.isDirectory())
    throw new FoveaError(
      'FOVEA_USAGE',
      `${word} holds no images (${endings.filter((e) => /[a-z]/.test(e)).join(', ')}).`,
    )
  throw new FoveaError(
    'FOVEA_USAGE',
    `There is no image '${word}'${/[*?[{]/.test(word) ? ': nothing matches it' : ''}.`,
    { file: word },
  )
}

/** The images of a folder, not the pictures that Fovea itself wrote there. */
const within = (folder: string) =>
  glob(`**/*.{${endings.join(',')}}`, { cwd: folder, absolute: false, followSymbolicLinks: false }).then((files) =>
    files.filter((file) => !/\.fovea\.png$/.test(file)).map((file) => `${folder.replace(/[/\\]$/, '')}/${file}`),
  )

const matching = (pattern: string) => glob(pattern, { followSymbolicLinks: false, expandDirectories: false })

/** A file's bytes, or standard input's for `-`. */
export async function bytesOf(name: string): Promise<Uint8Array> {
  if (name !== '-') return readBytesNow(name)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  return new Uint8Array(Buffer.concat(chunks))
}

/** What keeps one of many from being read is that image's fault, whatever it is: a missing file, a folder that is closed. */
export const asImageFault = (error: FoveaError): FoveaError =>
  error.code.startsWith('FOVEA_IMAGE') ? error : new FoveaError('FOVEA_IMAGE', error.message, error.details, error)

export function amongMany(error: unknown): never {
  throw error instanceof FoveaError ? asImageFault(error) : error
}

/** Whether the other images can still be done. */
export const isImageFault = (error: unknown): error is FoveaError =>
  error instanceof FoveaError && imageFaults.has(error.code)

const imageFaults: ReadonlySet<Code> = new Set([
  'FOVEA_IMAGE',
  'FOVEA_IMAGE_TOO_LARGE',
  'FOVEA_IMAGE_TOO_SMALL',
  'FOVEA_NOT_FINITE',
  'FOVEA_CRASH',
])

export const failures = (failed: number, all: number) =>
  `${failed} of ${all} images failed${failed < all ? '; the others are done' : ''}.`
