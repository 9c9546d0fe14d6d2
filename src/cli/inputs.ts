/** Which images are meant: files, folders, globs (also quoted ones), `@list.txt`, and `-` for standard input. */

import { stat } from 'node:fs/promises'
import { glob } from 'tinyglobby'
import { readBytes } from '#platform'
import { FoveaError } from '../error/index.ts'

const endings = 'jpg,jpeg,png,webp,gif,tif,tiff,avif,heic,heif'.split(',').flatMap((e) => [e, e.toUpperCase()])

/** @throws FoveaError FOVEA_USAGE for a name that matches nothing */
export async function expand(words: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(words.map(one))
  return [...new Set(lists.flat())]
}

async function one(word: string): Promise<string[]> {
  if (word === '-') return ['-']
  if (word.startsWith('@')) {
    const text = new TextDecoder().decode(await readBytes(word.slice(1)))
    return expand(text.split(/\r?\n/).filter((line) => line.trim() !== ''))
  }
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
  if (name !== '-') return readBytes(name)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  return new Uint8Array(Buffer.concat(chunks))
}
