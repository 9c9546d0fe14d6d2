/** A method of your own: the nodes that compute its heatmap. The compiler does the rest. */

import { readFileSync } from 'node:fs'
import { decodeImage, openExplainer, openModel, type ProgramMethod } from 'fovea'

const alongGrey: ProgramMethod = {
  kind: 'program',
  name: 'along-grey',
  title: 'Along grey',
  family: 'gradient',
  question: 'Would a brighter pixel raise the score?',
  formula: 'sum over colours of dS/dI',
  reference: 'your own',
  warning: 'It is an example.',
  cost: '2',
  options: {},
  at: 'image',
  display: () => 'signed',
  heatmap: ({ op, gradient, channels }) => op.ReduceSum(gradient, [channels], { keepdims: 0 }),
}

await using explainer = await openExplainer(await openModel(), alongGrey)
const { certificate } = await explainer.explain(await decodeImage(readFileSync('examples/photos/coffee.png')))
console.log(`${certificate.label}: from ${certificate.minimum.toFixed(3)} to ${certificate.maximum.toFixed(3)}`)
