/**
 * Which pixels matter, not only for this very image but for noisy ones around it?
 * M = reduce(mean over n of dS(x + e_n)/dx), e_n normal with a standard deviation of `noise` times the image's range.
 * Smilkov et al.: SmoothGrad (2017), arXiv 1706.03825.
 * Warning: a smoother map is not a truer one; the noise's size decides what is seen.
 */

import { float32, random } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'

const samplesOption = { default: 50, min: 1, max: 100_000, whole: true, describe: 'how many noisy images' }

export const smoothGrad: RunMethod = {
  kind: 'run',
  name: 'smooth-grad',
  title: 'SmoothGrad',
  family: 'gradient',
  question: 'Which pixels matter for images like this one?',
  formula: 'mean_n dS(x + e_n)/dx',
  reference: 'Smilkov et al. 2017, arXiv:1706.03825',
  warning: 'A smoother map is not a truer one: the size of the noise decides what is seen.',
  cost: 'samples x 2',
  options: {
    samples: samplesOption,
    noise: {
      default: 0.15,
      min: 0,
      max: 10,
      describe: "the noise's standard deviation, as a share of the image's range",
    },
    seed: { default: 0, min: 0, whole: true, describe: 'of the random noise' },
  },
  at: 'image',
  display: () => 'pixel',
  async run(study, { samples, noise, seed }) {
    const { vision, input } = study
    const asked = await study.open({
      name: 'gradient',
      wants: () => [{ at: vision.pixels.name }],
      write: ({ gradient }) => ({ gradient }),
    })
    const sigma = (noise as number) * rangeOf(input.data)
    const sum = new Float64Array(input.data.length)
    const taken = await asked.each(
      samples as number,
      (i) => {
        const draw = random(seed as number, i)
        return float32(
          input.dims,
          input.data.map((value, k) => value + sigma * draw.normal(k)),
        )
      },
      (_, { gradient }) => {
        gradient?.data.forEach((value, k) => {
          sum[k] = (sum[k] as number) + value
        })
      },
      { anytime: true },
    )
    const [height, width] = [vision.format.height, vision.format.width]
    const data = new Float32Array(height * width)
    const channels = sum.length / data.length
    const planar = vision.pixels.layout === 'NCHW'
    for (let i = 0; i < data.length; i++)
      for (let c = 0; c < channels; c++) {
        const value = Math.abs(sum[planar ? c * data.length + i : i * channels + c] as number) / taken
        data[i] = Math.max(data[i] as number, value)
      }
    return { map: { width, height, data }, details: { seed: seed as number, samples: taken } }
  },
}

function rangeOf(data: Float32Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of data) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return most - least
}
