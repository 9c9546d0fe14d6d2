/** What stays open for the next call, and what is closed. */

import { expect, test } from 'vitest'
import { Kept } from '../../src/explain/kept.ts'

function counted(most: number) {
  const [opened, closed]: [string[], string[]] = [[], []]
  const kept = new Kept<string>(most, async (value) => {
    closed.push(value)
  })
  const open = (name: string) => async () => {
    opened.push(name)
    return name
  }
  const use = (name: string) => kept.use(name, open(name), async (value) => value)
  return { kept, opened, closed, open, use }
}

test('opened once, closed when others have pushed it out', async () => {
  const { opened, closed, use } = counted(2)
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await use(name)).toBe(name)
  expect(opened).toEqual(['a', 'b', 'c', 'b'])
  expect(closed).toEqual(['b', 'c'])
})

test('what is in use is not closed', async () => {
  const { kept, opened, closed, open, use } = counted(1)
  let end = () => {}
  const long = kept.use('a', open('a'), () => new Promise<void>((resolve) => (end = resolve)))
  const both = await Promise.all([use('a'), use('b')])
  expect(both).toEqual(['a', 'b'])
  expect(closed).toEqual(['b'])
  end()
  await long
  expect(opened).toEqual(['a', 'b'])
  await kept.clear()
  expect(closed).toEqual(['b', 'a'])
})

test('what cannot be opened is tried again; what fails in use stays open', async () => {
  const { kept, opened, open, use } = counted(2)
  const refuse = async () => Promise.reject(new Error('no'))
  await expect(kept.use('a', refuse, async () => 1)).rejects.toThrow('no')
  await expect(kept.use('a', open('a'), refuse)).rejects.toThrow('no')
  await use('a')
  expect(opened).toEqual(['a'])
})

test('without a key nothing is kept', async () => {
  const { kept, opened, closed, open } = counted(2)
  for (let i = 0; i < 2; i++) await kept.use(undefined, open('a'), async () => {})
  expect([opened, closed]).toEqual([
    ['a', 'a'],
    ['a', 'a'],
  ])
})
