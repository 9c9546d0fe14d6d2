/** The studio as a folder of static files: the page with its models and ONNX Runtime beside it. */

import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FoveaError } from '../../error/index.ts'
import { foldersOfPage } from './site.ts'

/** The build for WebAssembly alone and the one for WebGPU; the others of the package are not used. */
const runtime = /^(ort\.(wasm|webgpu)\.min\.mjs|ort-wasm-simd-threaded(\.asyncify)?\.(mjs|wasm))$/

/** @throws FoveaError FOVEA_USAGE for a folder that holds files already */
export async function exportSite(folder: string): Promise<void> {
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new FoveaError('FOVEA_USAGE', `${folder} is not empty; give a new folder.`, { file: folder })
  const { '': page, models, ort } = foldersOfPage() as Record<'' | 'models' | 'ort', string>
  await mkdir(folder, { recursive: true })
  await cp(page, folder, { recursive: true })
  await cp(models, join(folder, 'models'), { recursive: true })
  await mkdir(join(folder, 'ort'))
  for (const name of (await readdir(ort)).filter((name) => runtime.test(name)))
    await cp(join(ort, name), join(folder, 'ort', name))
  const isolated = '/*\n  Cross-Origin-Opener-Policy: same-origin\n  Cross-Origin-Embedder-Policy: require-corp\n'
  await writeFile(join(folder, '_headers'), isolated)
}
