/** A regression and a model with two inputs: what moves a number, and what else the model must be told. */

import { readFileSync } from 'node:fs'
import { decodeImage, explain, openModel } from 'fovea'

const image = await decodeImage(readFileSync('examples/photos/rocket.jpg'))
const models = 'test/fixtures/targets'

const regression = await openModel(`${models}/regression.onnx`, { preset: 'unit' })
const less = await explain(regression, image, { method: 'saliency', target: '-y[0]' })
console.log(`${less.certificate.objective} = ${less.certificate.score.toFixed(4)}`)

const two = await openModel(`${models}/two-inputs.onnx`, { preset: 'unit', inputs: { patient: [0.3, 0.6] } })
const { certificate } = await explain(two, image, { class: 1 })
console.log(`${certificate.objective} = ${certificate.score.toFixed(4)}, layer ${certificate.layer?.name}`)
