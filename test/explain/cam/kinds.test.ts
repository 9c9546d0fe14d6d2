/** One small network in four forms: eight images at once, no axis for images, uint8 pixels last, half precision. The maps are the same. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { findMethod, methods, openExplainer } from '../../../src/explain/index.ts'
import { openModel } from '../../../src/models/index.ts'
import { type Image, random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { file } from '../../target-nets.ts'

const { uniform } = random(3)
const image: Image = {
  width: 16,
  height: 16,
  data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(256 * uniform(i))),
}

async function explain(name: string, model: string) {
  const bytes = new Uint8Array(readFileSync(file(`${model}.onnx`)))
  const vision = await openModel(bytes, { preset: { scale: model === 'pixels-nhwc' ? 1 : 1 / 255, fit: 'stretch' } })
  await using explainer = await openExplainer(vision, findMethod(name))
  const { raw, certificate } = await explainer.explain(image, { class: 1 })
  return { raw, status: certificate.status }
}

const notHere = new Set(['ram', 'attention-rollout', 'gradient-rollout'])
const cams = methods.filter(({ family, name }) => family === 'cam' && !notHere.has(name)).map(({ name }) => name)

describe.each(cams)('%s', (name) => {
  let first: Awaited<ReturnType<typeof explain>>
  beforeAll(async () => {
    first = await explain(name, 'eight')
  })

  test('says something', () => {
    expect(first.status).toBe('ok')
  })

  test.each([
    ['single', 1e-5],
    ['pixels-nhwc', 1e-4],
    // Half precision has eleven bits, and the layer's values carry their rounding into the map.
    ['half', 2 ** -8],
  ])('%s', async (model, criterion) => {
    const { raw } = await explain(name, model)
    expect([raw.width, raw.height]).toEqual([first.raw.width, first.raw.height])
    // There the model divides the pixels by 255 itself, and a gradient at the image is as much smaller.
    const scale = name === 'guided-grad-cam' && model === 'pixels-nhwc' ? 255 : 1
    const data = raw.data.map((value) => scale * value)
    expect(relativeError(data, first.raw.data)).toBeLessThan(criterion)
  })
})
