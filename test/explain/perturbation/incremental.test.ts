/** Occlusion that recomputes only what a window reaches, against the whole model run for each window. */

import { describe, expect, test } from 'vitest'
import { findMethod, openExplainer } from '../../../src/explain/index.ts'
import { openModel } from '../../../src/models/index.ts'
import { array, bytes, net, relativeError } from '../../fixture-nets.ts'
import { smallNets } from '../../small-nets.ts'
import { noise } from './functions.ts'

describe.each([
  ['f1-dynamo-20.onnx', 'pools'],
  ['f2-torchscript-17.onnx', 'VGG-like'],
  ['f3-unfolded-17.onnx', 'residual, batch normalisation, overlapping pools'],
  ['f4-torchscript-17.onnx', 'depthwise, squeeze and excite'],
  ['f5-torchscript-17.onnx', 'dense, Concat'],
])('%s (%s)', (file) => {
  const { dims } = array(net(file.slice(0, 2)), 'x')
  const [height = 0, width = 0] = dims.slice(2)
  const image = noise(width, height, 8)
  const vision = openModel(bytes(file), {
    preset: { fit: 'stretch', mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] },
    size: [height, width],
  })

  test.each([
    [1, 1],
    [2, 1],
    [2, 3],
    [3, 2],
    [5, 5],
  ])('window %i, stride %i: the same map', async (window, stride) => {
    const run = async (recompute: string) => {
      const options = { window, stride, recompute, baseline: 'black' }
      await using explainer = await openExplainer(await vision, findMethod('occlusion'), { options })
      return await explainer.explain(image, { class: 1 })
    }
    const [whole, local] = [await run('all'), await run('reached')]
    // Of a larger window most is reached in the networks that shrink at once: then it does not pay.
    if (window < 3) expect(local.certificate.details.recomputed).toMatch(/%/)
    expect(whole.certificate.details.recomputed).toBe('all')
    // Each window's score is off by some units of 2^-24 of the score; the map holds differences of scores.
    const rounding = (Math.abs(whole.certificate.score) * 2 ** -20) / Math.max(...whole.raw.data.map(Math.abs))
    expect(relativeError(local.raw.data, whole.raw.data)).toBeLessThan(Math.max(1e-5, rounding))
  })
})

test('an input that is not square', async () => {
  const net = smallNets.find(({ name }) => name === 'not square') as (typeof smallNets)[number]
  const [height, width] = net.size
  const vision = await openModel(net.bytes, { preset: { fit: 'stretch' }, size: net.size })
  const maps = []
  for (const recompute of ['all', 'reached']) {
    const options = { window: 2, stride: 2, recompute, baseline: 'blurred' }
    await using explainer = await openExplainer(vision, findMethod('occlusion'), { options })
    maps.push(await explainer.explain(noise(width, height, 5), { class: 1 }))
  }
  const [whole, local] = maps as [(typeof maps)[0], (typeof maps)[0]]
  expect(local.certificate.details.recomputed).toMatch(/%/)
  const rounding = (Math.abs(whole.certificate.score) * 2 ** -20) / Math.max(...whole.raw.data.map(Math.abs))
  expect(relativeError(local.raw.data, whole.raw.data)).toBeLessThan(Math.max(1e-5, rounding))
})
