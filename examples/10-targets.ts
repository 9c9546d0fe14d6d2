/** Why a tiger cat and not a tabby? The target says what is explained: a difference, a probability, a neuron, the loss. */

import { readFileSync } from 'node:fs'
import { decodeImage, explain, openModel } from 'fovea'

const model = await openModel()
const image = await decodeImage(readFileSync('examples/photos/chelsea.png'))

for (const target of ['top', 'logits["tiger cat"] - logits[tabby]', 'log(prob[top])', 'mean(layer("head")[:, 3, 3])']) {
  const { certificate } = await explain(model, image, { method: 'saliency', target })
  console.log(`${certificate.objective} = ${certificate.score.toFixed(3)}: ${certificate.status}`)
}
