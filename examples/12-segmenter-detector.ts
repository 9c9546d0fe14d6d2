/** A segmenter, one class on its own region or under a mask; a detector, the score and an edge of a box that it found. */

import { readFileSync } from 'node:fs'
import { decodeImage, explain, openModel } from 'fovea'

const image = await decodeImage(readFileSync('examples/photos/chelsea.png'))
const models = 'test/fixtures/targets'

const segmenter = await openModel(`${models}/segmenter.onnx`, { preset: 'unit', size: [32, 32] })
const mask = Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 16 ? 1 : 0))
for (const target of ['sum(seg[0] * (argmax(seg) == 0))', 'sum(seg[2] * mask)']) {
  const options = { method: 'saliency', target, ...(target.includes('mask') ? { mask } : {}) }
  const { certificate } = await explain(segmenter, image, options)
  console.log(`${certificate.objective} = ${certificate.score.toFixed(2)}`)
}

const detector = await openModel(`${models}/detector.onnx`, { preset: 'unit' })
for (const target of ['scores[0]', 'boxes[0, 2] - boxes[0, 0]', 'max(scores)']) {
  const { certificate } = await explain(detector, image, { method: 'saliency', target })
  console.log(`${certificate.objective} = ${certificate.score.toFixed(3)}`)
}
