/** A method of your own: gradient times input, as the nodes that compute it. The compiler does the rest. */

import { readFileSync } from 'node:fs'
import { decodeImage, findMethod, type Method, openExplainer, openModel } from 'fovea'

const gradientTimesInput: Method = {
  ...findMethod('saliency'),
  name: 'gradient-times-input',
  options: {},
  display: () => 'signed',
  heatmap: ({ op, value, gradient, channels }) => op.ReduceSum(op.Mul(value, gradient), [channels], { keepdims: 0 }),
}

await using explainer = await openExplainer(await openModel(), gradientTimesInput)
const { certificate } = await explainer.explain(await decodeImage(readFileSync('examples/photos/coffee.png')))
console.log(`${certificate.label}: from ${certificate.minimum.toFixed(3)} to ${certificate.maximum.toFixed(3)}`)
