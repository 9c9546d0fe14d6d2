/** Optimisers against PyTorch's steps (scripts/python/optimisers.py), and the loop around them. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { adam, descend, type Optimiser, rmsProp, settled, sgd } from '../../src/optimize/index.ts'

const { start, gradients, after } = JSON.parse(readFileSync('test/fixtures/optimisers.json', 'utf8')) as {
  start: number[]
  gradients: number[][]
  after: Record<string, number[][]>
}

const made: Record<string, () => Optimiser> = {
  sgd: () => sgd({ rate: 0.1 }),
  'sgd momentum': () => sgd({ rate: 0.1, momentum: 0.9 }),
  'sgd dampening': () => sgd({ rate: 0.01, momentum: 0.9, dampening: 0.9 }),
  adam: () => adam({ rate: 0.1 }),
  'adam betas': () => adam({ rate: 0.05, betas: [0.8, 0.9] }),
  rmsprop: () => rmsProp({ rate: 0.01 }),
  'rmsprop momentum': () => rmsProp({ rate: 0.01, decay: 0.95, momentum: 0.5 }),
}

test.each(Object.keys(after))('%s: every step is that of PyTorch', (name) => {
  const optimiser = (made[name] as () => Optimiser)()
  const parameters = Float64Array.from(start)
  gradients.forEach((gradient, step) => {
    optimiser.step(parameters, gradient)
    for (const [i, value] of parameters.entries()) expect(value).toBeCloseTo(after[name]?.[step]?.[i] as number, 13)
  })
})

describe('descend', () => {
  const bowl = (p: Float64Array) => ({ loss: (p[0] as number) ** 2, gradient: [2 * (p[0] as number)] })

  test('goes down a bowl, keeps the curve, and can be resumed', async () => {
    const options = { steps: 40, optimiser: sgd({ rate: 0.1 }) }
    const first = await descend(Float64Array.of(3), bowl, options)
    expect(first.curve[0]).toBe(9)
    expect(first.parameters[0]).toBeCloseTo(3 * 0.8 ** 40, 12)
    const again = await descend(first.parameters, bowl, options)
    expect(again.parameters[0]).toBeCloseTo(3 * 0.8 ** 80, 15)
  })

  test('stays where it may be', async () => {
    const { parameters } = await descend(Float64Array.of(3), bowl, {
      steps: 40,
      optimiser: sgd({ rate: 0.1 }),
      project: (p) => p.set([Math.max(1, p[0] as number)]),
    })
    expect(parameters[0]).toBe(1)
  })

  test('ends when it is enough, when it is cancelled, and when the loss is no number', async () => {
    const optimiser = sgd({ rate: 0.1 })
    const { curve } = await descend(Float64Array.of(3), bowl, {
      steps: 400,
      optimiser,
      enough: (c) => settled(c, 5, 0.9),
    })
    expect(curve.length).toBeLessThan(20)
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(descend(Float64Array.of(3), bowl, { steps: 4, optimiser, signal: stop })).rejects.toThrow('enough')
    const broken = () => ({ loss: Number.NaN, gradient: [0] })
    await expect(descend(Float64Array.of(3), broken, { steps: 4, optimiser })).rejects.toThrow(
      /became NaN in step 1 of 4/,
    )
  })
})
