/** What the studio serves: its page, the embedded models, ONNX Runtime, and the files of the command line. */

import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shippedFile } from '#platform'
import { FoveaError } from '../../error/index.ts'
import type { Site } from './server.ts'

/** The page's folders, by the part of the path under which the page looks for them. */
export function foldersOfPage(): Readonly<Record<string, string>> {
  return {
    '': fileURLToPath(new URL('../../studio', import.meta.url)),
    models: dirname(dirname(shippedFile('models/efficientnet-lite0/model.onnx'))),
    ort: dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  }
}

/** @throws FoveaError FOVEA_IO for files that are not there */
export async function siteOf(
  model: string | undefined,
  images: readonly string[],
  preset: string | undefined,
): Promise<Site> {
  const files = new Map<string, string>()
  /** A file under a name of its own; files that belong to a model stay together. */
  const add = async (path: string, group: string): Promise<string> => {
    await access(path).catch((cause: unknown) => {
      throw new FoveaError('FOVEA_IO', `There is no file '${path}'.`, { file: path }, cause)
    })
    const at = `/files/${group}/${basename(path)}`
    files.set(at, path)
    return encodeURI(at).replace(/[?#]/g, encodeURIComponent).slice(1)
  }
  const session: Record<string, unknown> = {}
  if (model !== undefined) session.model = await modelOf(model, preset, add)
  if (images.length > 0)
    session.images = await Promise.all(
      images.map(async (path, i) => ({ name: basename(path), url: await add(path, `image-${i}`) })),
    )
  const own = Object.keys(session).length > 0
  return { folders: foldersOfPage(), files, answers: own ? { '/session.json': session } : {} }
}

/** The model with its preset, and the labels and weights that lie beside it. */
async function modelOf(path: string, asked: string | undefined, add: (path: string, group: string) => Promise<string>) {
  const folder = dirname(path)
  const beside = [path.replace(/\.onnx$/i, '.preset.json'), join(folder, 'preset.json')]
  const preset = asked ?? (await firstThere(beside))
  const url = await add(path, 'model')
  for (const name of ['labels.txt', `${basename(path)}.data`, basename(path).replace(/\.onnx$/i, '.data')])
    await add(join(folder, name), 'model').catch(() => undefined)
  return { name: basename(path), url, preset: preset?.endsWith('.json') ? await add(preset, 'model') : preset }
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  return undefined
}
