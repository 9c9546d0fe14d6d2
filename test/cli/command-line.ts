/** Runs the built command as a user does, in an empty folder of its own. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const main = resolve('dist/cli/main.js')

export const photos = resolve('examples/photos')

export interface Ran {
  readonly status: number | null
  readonly out: string
  readonly error: string
  readonly bytes: Buffer
  readonly folder: string
}

export function fovea(
  words: readonly string[],
  options: { input?: Uint8Array; env?: Record<string, string>; folder?: string } = {},
): Ran {
  const folder = options.folder ?? emptyFolder()
  const { NO_COLOR: _, FORCE_COLOR: __, FOVEA_DEVICE: ___, ...own } = process.env
  const env = { ...own, ...options.env }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    input: options.input,
    env,
    maxBuffer: 2 ** 28,
  })
  return { status, out: stdout.toString(), error: stderr.toString(), bytes: stdout, folder }
}

export const emptyFolder = () => mkdtempSync(join(tmpdir(), 'fovea-cli-'))
