import { mkdtempSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCache, programCache } from '../../src/platform/disk-cache.ts'

const fresh = () => mkdtempSync(join(tmpdir(), 'fovea-cache-'))
const bytes = (...values: number[]) => Uint8Array.from(values)
const only = (folder: string) => join(folder, readdirSync(folder)[0] as string)

test('gives back what was kept, under its key and to its revision only', async () => {
  const folder = fresh()
  const cache = openCache({ folder, revision: 'a' })
  await cache.write('key', [bytes(1, 2), bytes(3)])
  expect([...((await cache.read('key')) ?? [])]).toEqual([1, 2, 3])
  expect(await cache.read('other')).toBeUndefined()
  expect(await openCache({ folder, revision: 'b' }).read('key')).toBeUndefined()
})

test('what was damaged or cut off is as if it were not there, and is written anew', async () => {
  const folder = fresh()
  const cache = openCache({ folder, revision: 'a' })
  const kept = [bytes(1, 2, 3)]
  await cache.write('key', kept)
  const whole = readFileSync(only(folder))
  for (let at = 0; at < whole.length; at++) {
    const damaged = Uint8Array.from(whole)
    damaged[at] = (damaged[at] as number) ^ 1
    writeFileSync(only(folder), damaged)
    expect(await cache.read('key')).toBeUndefined()
  }
  for (const length of [0, 20, whole.length - 1]) {
    writeFileSync(only(folder), whole)
    truncateSync(only(folder), length)
    expect(await cache.read('key')).toBeUndefined()
  }
  await cache.write('key', kept)
  expect([...((await cache.read('key')) ?? [])]).toEqual([1, 2, 3])
  expect(readdirSync(folder)).toHaveLength(1)
})

test('throws the least recently used away; keeps nothing that would fill it', async () => {
  const folder = fresh()
  const cache = openCache({ folder, revision: 'a', limit: 400 })
  const content = [new Uint8Array(60)]
  for (const [i, key] of ['one', 'two', 'three', 'four'].entries()) {
    const before = new Set(readdirSync(folder))
    await cache.write(key, content)
    const added = readdirSync(folder).find((name) => !before.has(name)) as string
    utimesSync(join(folder, added), 1000 + i, 1000 + i)
  }
  await cache.read('one')
  await cache.write('five', content)
  const there = async (key: string) => (await cache.read(key)) !== undefined
  expect(await Promise.all(['one', 'two', 'three', 'four', 'five'].map(there))).toEqual([true, false, true, true, true])
  await cache.write('large', [new Uint8Array(101)])
  expect(await cache.read('large')).toBeUndefined()
})

test('a folder that cannot be made fails nothing', async () => {
  const file = join(fresh(), 'file')
  writeFileSync(file, '')
  const cache = openCache({ folder: join(file, 'fovea'), revision: 'a' })
  await cache.write('key', [bytes(1)])
  expect(await cache.read('key')).toBeUndefined()
})

test('sources have no revision, so there is no cache', () => {
  expect(programCache()).toBeUndefined()
})
