/** What a mask costs beside what the model answers: its size, its roughness, its area; each with its gradient. */

import type { Judged } from '../../optimize/index.ts'

/** Whether a penalty is the mean over what it counts, or the sum: a factor of 784 for 28 x 28. */
export type Average = 'mean' | 'sum'

/** |m - rest|, over the cells. */
export function size(mask: Float64Array, rest: number, average: Average): Judged {
  const share = average === 'mean' ? 1 / mask.length : 1
  const loss = share * mask.reduce((sum, value) => sum + Math.abs(value - rest), 0)
  return { loss, gradient: mask.map((value) => share * Math.sign(value - rest)) }
}

/** |difference to the right neighbour|^beta and |difference to the one below|^beta, each over its own differences. */
export function totalVariation(mask: Float64Array, width: number, beta: number, average: Average): Judged {
  const height = mask.length / width
  const gradient = new Float64Array(mask.length)
  let loss = 0
  const add = (from: number, to: number, share: number) => {
    const difference = (mask[to] as number) - (mask[from] as number)
    const slope = share * beta * Math.abs(difference) ** (beta - 1) * Math.sign(difference)
    loss += share * Math.abs(difference) ** beta
    gradient[to] = (gradient[to] as number) + slope
    gradient[from] = (gradient[from] as number) - slope
  }
  const shareOf = (count: number) => (average === 'mean' && count > 0 ? 1 / count : 1)
  const [across, down] = [shareOf(height * (width - 1)), shareOf((height - 1) * width)]
  for (let i = 0; i < mask.length; i++) {
    if (i % width < width - 1) add(i, i + 1, across)
    if (i + width < mask.length) add(i, i + width, down)
  }
  return { loss, gradient }
}

/** Values this close are equal, as float32 sees them: what is symmetric stays so, whatever the rounding. */
const equally = 1e-6

/**
 * mean((sort(m) - r)^2), r = 0 ... 0 1 ... 1 with a share `area` of ones, rounded up: 0 exactly for a mask of zeros and ones of that
 * area. Equal values share their ones, so that no order of the pixels is preferred.
 */
export function areaPenalty(mask: Float64Array, area: number): Judged {
  const ones = Math.ceil(area * mask.length - 1e-9)
  const edge = mask.toSorted()[mask.length - ones] as number
  let [above, equal] = [0, 0]
  for (const value of mask) {
    if (value > edge + equally) above++
    else if (value >= edge - equally) equal++
  }
  const shared = (ones - above) / equal
  let loss = 0
  const gradient = mask.map((value) => {
    const wanted = value > edge + equally ? 1 : value >= edge - equally ? shared : 0
    loss += (wanted * (1 - value) ** 2 + (1 - wanted) * value ** 2) / mask.length
    return (2 * (value - wanted)) / mask.length
  })
  return { loss, gradient }
}
