/** Imports go down, never up, never sideways, and into another folder only through its index.ts. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const floors = [
  ['error'],
  ['tensor'],
  ['platform'],
  ['onnx', 'image', 'optimize'],
  ['autodiff', 'lowering', 'runtime', 'features'],
  ['models'],
  ['explain', 'visualize'],
  ['evaluate'],
  ['cluster'],
  ['cli', 'studio'],
]

const src = resolve(import.meta.dirname, '../src')
const floorOf = (folder: string) => floors.findIndex((floor) => floor.includes(folder))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f))

test.each(files)('%s keeps to its floor', (file) => {
  const folder = file.split('/')[0] as string
  if (!file.includes('/')) return
  expect(floorOf(folder), `src/${folder} is on no floor: add it to test/floors.test.ts`).toBeGreaterThanOrEqual(0)
  const text = readFileSync(join(src, file), 'utf8')
  for (const [, specifier = ''] of text.matchAll(/(?:from|import\() ?'([^']+)'/g)) {
    const target =
      specifier === '#platform'
        ? 'platform/index.ts'
        : specifier.startsWith('.') && relative(src, resolve(src, dirname(file), specifier))
    if (!target) continue
    const other = target.split('/')[0] as string
    if (other === folder) continue
    expect(
      floorOf(other),
      `${folder} (floor ${floorOf(folder)}) must not import ${other} (floor ${floorOf(other)})`,
    ).toBeLessThan(floorOf(folder))
    // The command line's first screen must not wait for a whole floor to load.
    if (file === 'cli/main.ts' && target === 'explain/version.ts') continue
    expect(target, `${file} must import ${other} through its index.ts`).toBe(`${other}/index.ts`)
  }
})
