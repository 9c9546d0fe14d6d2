/** How many samples are taken at once: measured, whatever the clock says. */

import { expect, test } from 'vitest'
import { Pace } from '../../src/explain/pace.ts'

/** The sizes taken of `count` samples on a machine where a run of n samples lasts `cost(n)`, its first run much longer. */
function taken(pace: Pace, count: number, cost: (n: number) => number): number[] {
  const sizes: number[] = []
  for (let left = count; left > 0; ) {
    const size = pace.next(left)
    pace.took(size, sizes.includes(size) ? cost(size) : 1000 * size)
    sizes.push(size)
    left -= size
  }
  return sizes
}

test('each size runs three times, then the fastest for each sample', () => {
  expect(taken(new Pace([1, 4, 16]), 95, (n) => 10 + n)).toEqual([1, 1, 1, 4, 4, 4, 16, 16, 16, 16, 16])
  expect(taken(new Pace([1, 4, 16]), 66, (n) => n ** 1.2)).toEqual([1, 1, 1, 4, 4, 4, 16, 16, 16, 1, 1, 1])
})

test('of almost equal ones the smallest', () => {
  expect(taken(new Pace([1, 4, 16]), 65, (n) => n + 0.01)).toEqual([1, 1, 1, 4, 4, 4, 16, 16, 16, 1, 1])
})

test('what is left at the end is no measurement', () => {
  const pace = new Pace([1, 4, 16])
  expect(taken(pace, 17, (n) => 10 + n)).toEqual([1, 1, 1, 4, 4, 4, 2])
  // The next image goes on where the last one stopped.
  expect(taken(pace, 48, (n) => 10 + n)).toEqual([16, 16, 16])
})

test('a fixed number', () => {
  expect(taken(new Pace([8]), 20, (n) => n)).toEqual([8, 8, 4])
})
