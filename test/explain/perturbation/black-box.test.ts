/** Any function is explained, also an asynchronous one, by every method that needs only answers; what it does wrong is said in a sentence. */

import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { FoveaError } from '../../../src/error/index.ts'
import { type BlackBox, explain, methods, type Options } from '../../../src/explain/index.ts'
import { isBlackBox } from '../../../src/explain/method.ts'
import { noise, scoring } from './functions.ts'

const image = noise(12, 10, 8)
/** A probability, so that prediction differences are defined, too. */
const probability = scoring((pixels) => 1 / (1 + Math.exp(-3 * (pixels[30] as number) * (pixels[70] as number))))
const fewer: Options = {
  samples: 8,
  orders: 2,
  designs: 4,
  window: 4,
  stride: 3,
  cells: 3,
  segments: 4,
  groups: 'grid',
}

const all = methods.filter(isBlackBox).filter(({ name }) => name !== 'd-rise')
const ask = (name: string, answer: BlackBox, more = {}) => {
  const own = methods.find((method) => method.name === name)?.options ?? {}
  const options = Object.fromEntries(Object.entries(fewer).filter(([key]) => key in own))
  return explain(answer, image, { method: name, options, batch: 3, ...more })
}

describe.each(all.map(({ name }) => name))('%s', (name) => {
  test('an asynchronous function, answering late and in lists of any kind: the same map', async () => {
    const late: BlackBox = async (images) => {
      await pause(1)
      const scores = (await probability(images)) as number[]
      return scores.map((score, i) => (i % 2 === 0 ? Float64Array.of(score) : [score]))
    }
    const [made, other] = [await ask(name, probability), await ask(name, late)]
    expect(made.raw.data.every(Number.isFinite)).toBe(true)
    expect(other.raw).toEqual(made.raw)
    expect([made.heatmap.width, made.heatmap.height]).toEqual([12, 10])
  })

  test('a function that fails in the middle: its words, a stable code, the cause', async () => {
    let calls = 0
    const cause = new Error('the server is gone.')
    const failing: BlackBox = async (images) => {
      if (++calls > 2) throw cause
      return probability(images)
    }
    const error = await ask(name, failing).catch((found: unknown) => found)
    expect(error).toMatchObject({ code: 'FOVEA_BACKEND', cause })
    expect((error as Error).message).toBe('The function that is explained failed: the server is gone.')
  })

  test('cancelled, it rejects with the reason; asked to end early, it answers', async () => {
    const reason = new Error('enough')
    await expect(ask(name, probability, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    if (name !== 'hsic')
      expect((await ask(name, probability, { stop: AbortSignal.abort() })).raw.width).toBeGreaterThan(0)
  })
})

describe('answers that are none', () => {
  const nth = (i: number, row: unknown): BlackBox =>
    ((images) => (probability(images) as number[]).map((score, k) => (k === i ? row : score))) as BlackBox
  const cases: readonly [string, string, BlackBox][] = [
    ['too few rows', 'answers 2 rows to 3 images', ({ dims }) => new Array(Math.min(2, dims[0] as number)).fill(0.5)],
    ['nothing', 'answers nothing to 1 images', (() => undefined) as unknown as BlackBox],
    ['one number for all', 'answers a number to 1 images', (() => 3) as unknown as BlackBox],
    ['words', 'answers a string to image 0', nth(0, ['cat'])],
    ['an empty row', 'answers an empty row to image 0', nth(0, [])],
    ['a hole', 'answers nothing to image 1', nth(1, undefined)],
    ['rows of several lengths', 'answers 1 scores to one image and 2 to another', nth(1, [0.1, 0.2])],
    ['NaN', 'answers NaN to image 2', nth(2, Number.NaN)],
  ]
  test.each(cases)('%s', async (kind, says, answer) => {
    const error = await ask('rise', answer).catch((found: unknown) => found)
    expect(error).toBeInstanceOf(FoveaError)
    expect((error as FoveaError).code).toBe(kind === 'NaN' ? 'FOVEA_NOT_FINITE' : 'FOVEA_SHAPE')
    expect((error as FoveaError).message).toContain(says)
    expect((error as FoveaError).message.trim().split('\n')).toHaveLength(1)
  })

  test('a class that is not among the scores, a method that looks inside', async () => {
    await expect(ask('rise', probability, { class: 4 })).rejects.toMatchObject({ code: 'FOVEA_CLASS' })
    await expect(ask('grad-cam', probability)).rejects.toMatchObject({ code: 'FOVEA_USAGE' })
  })
})
