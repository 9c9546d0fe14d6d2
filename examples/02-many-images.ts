/** One compiled program, many photographs: the model is compiled once, and every class is an input of the same program. */

import { readFileSync } from 'node:fs'
import { decodeImage, findMethod, openExplainer, openModel } from 'fovea'

const model = await openModel()
await using explainer = await openExplainer(model, findMethod('saliency'))

for (const name of ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg']) {
  const image = await decodeImage(readFileSync(`examples/photos/${name}`))
  const { certificate } = await explainer.explain(image)
  console.log(`${name}: ${certificate.label} (${certificate.score.toFixed(2)}), ${certificate.status}`)
}
