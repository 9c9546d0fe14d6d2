/** Bytes kept on disk between runs, by key. A cache never fails a run: what cannot be read or written is as if it were not there. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DiskCache } from './session.ts'

const ending = '.program'
const mebibyte = 2 ** 20

export interface CacheOptions {
  readonly folder: string
  /** What wrote the entries: another revision never sees them. */
  readonly revision: string
  /** Bytes of all entries, least recently used thrown away first. */
  readonly limit?: number
  /** See `DiskCache`. */
  readonly worth?: number
}

/**
 * `worth`: EfficientNet-Lite0's two programs take 0.2 s of CPU to make, which the cache saves 0.14 of and costs 0.5 to fill; Swin-T's take
 * 1.4 s, and 0.3 to read.
 */
export function openCache({ folder, revision, limit = 1024 * mebibyte, worth = 400 }: CacheOptions): DiskCache {
  const pathOf = (key: string) =>
    join(folder, createHash('sha256').update(`${revision}\n${key}`).digest('hex') + ending)
  return {
    worth,
    async read(key) {
      const path = pathOf(key)
      const bytes = await readFile(path).catch(() => undefined)
      if (!bytes) return undefined
      const content = bytes.subarray(32)
      if (bytes.length < 32 || !checksum(content).equals(bytes.subarray(0, 32))) return undefined
      const now = new Date()
      await utimes(path, now, now).catch(() => undefined)
      return content
    },
    async write(key, parts) {
      const size = parts.reduce((sum, part) => sum + part.length, 32)
      if (size > limit / 4) return
      const path = pathOf(key)
      const temporary = `${path}.${process.pid}.tmp`
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeFile(temporary, [checksum(...parts), ...parts], { flag: 'wx' })
        await rename(temporary, path)
        await shrink(folder, limit)
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
  }
}

/**
 * The cache of this installation, in `$FOVEA_CACHE`, or else in `fovea` below `$XDG_CACHE_HOME` or ~/.cache. None with FOVEA_CACHE=off, and
 * none from sources: only a build knows its revision (`revision.txt`, the hash of all its files).
 */
export function programCache(): DiskCache | undefined {
  const { FOVEA_CACHE: asked, XDG_CACHE_HOME: home } = process.env
  if (asked === 'off') return undefined
  try {
    const revision = readFileSync(new URL('../revision.txt', import.meta.url), 'utf8')
    return openCache({ folder: asked || join(home || join(homedir(), '.cache'), 'fovea'), revision })
  } catch {
    return undefined
  }
}

function checksum(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Throws the least recently used away, and what a killed process left an hour ago. */
async function shrink(folder: string, limit: number): Promise<void> {
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name)
      const status = await stat(path).catch(() => undefined)
      return { path, size: status?.size ?? 0, used: status?.mtimeMs ?? 0 }
    }),
  )
  const old = Date.now() - 3_600_000
  let size = 0
  for (const { path, size: own, used } of entries.toSorted((a, b) => b.used - a.used)) {
    const ours = path.endsWith(ending)
    if (ours) size += own
    if (ours ? size > limit : path.endsWith('.tmp') && path.includes(ending) && used < old)
      await rm(path, { force: true })
  }
}
