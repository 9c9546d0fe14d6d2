/** A model's file whose weights are left in it: read where they lie, by Fovea and by ONNX Runtime. */

import { createHash } from 'node:crypto'
import { closeSync, createReadStream, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FoveaError } from '../error/index.ts'
import type { WeightFile } from './session.ts'

/** Smaller files are as well held in memory, where nobody can change them. */
const large = 32 * 2 ** 20

/** @returns undefined for what is no large regular file, or has a name that a model cannot refer to */
export function weightFile(path: string): WeightFile | undefined {
  const found = statusOf(path)
  if (!found?.status.isFile() || found.status.size < large || found.status.size >= 2 ** 31) return undefined
  const { real, status } = found
  const name = basename(real)
  if (/[\\:\0]/.test(name)) return undefined
  const check = (now: Stats | undefined) => {
    if (now?.size !== status.size || now.mtimeMs !== status.mtimeMs)
      throw new FoveaError(
        'FOVEA_IO',
        `${path} was changed or moved after it was opened, and its weights are read where they lie; open it again.`,
        { file: path },
      )
  }
  return {
    folder: dirname(real),
    name,
    size: status.size,
    check: () => check(statusOf(real)?.status),
    read(offset, length) {
      check(statusOf(real)?.status)
      const file = openSync(real, 'r')
      try {
        check(fstatSync(file))
        return readPart(file, offset, Math.min(length, status.size - offset))
      } finally {
        closeSync(file)
      }
    },
    async sha256() {
      const hash = createHash('sha256')
      await pipeline(createReadStream(real, { highWaterMark: 2 ** 20 }), hash)
      check(statusOf(real)?.status)
      return hash.digest('hex')
    },
  }
}

function statusOf(path: string): { readonly real: string; readonly status: Stats } | undefined {
  try {
    const real = realpathSync(path)
    return { real, status: statSync(real) }
  } catch {
    return undefined
  }
}

export function readPart(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const read = readSync(file, bytes, done, length - done, offset + done)
    if (read === 0) return bytes
    done += read
  }
  return bytes
}
