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

const tried = [1, 4, 16, 1, 4, 16, 1, 4, 16]

test('the sizes take turns, three times, then the fastest for each sample', () => {
  expect(taken(new Pace([1, 4, 16]), 95, (n) => 10 + n)).toEqual([...tried, 16, 16])
  expect(taken(new Pace([1, 4, 16]), 66, (n) => n ** 1.2)).toEqual([...tried, 1, 1, 1])
})

test('a run that was held up does not count', () => {
  const pace = new Pace([1, 4, 16])
  for (const [turn, size] of tried.entries()) pace.took(size, size === 4 && turn === 4 ? 1000 : size === 4 ? 3 : size)
  expect(pace.next(100)).toBe(4)
})

test('of almost equal ones the smallest', () => {
  expect(taken(new Pace([1, 4, 16]), 65, (n) => n + 0.01)).toEqual([...tried, 1, 1])
})

test('what is left at the end is no measurement', () => {
  const pace = new Pace([1, 4, 16])
  expect(taken(pace, 44, (n) => 10 + n)).toEqual([1, 4, 16, 1, 4, 16, 1, 1])
  // The next image goes on where the last one stopped.
  expect(taken(pace, 52, (n) => 10 + n)).toEqual([4, 16, 16, 16])
})

test('a fixed number', () => {
  expect(taken(new Pace([8]), 20, (n) => n)).toEqual([8, 8, 4])
})
