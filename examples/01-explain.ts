/** What speaks for the cat? The embedded model, one photograph, Grad-CAM; the heatmap as numbers in the photo's pixels. */

import { readFileSync } from 'node:fs'
import { decodeImage, explain } from 'fovea'

const image = await decodeImage(readFileSync('examples/photos/chelsea.png'))
const { heatmap, certificate } = await explain(undefined, image, { method: 'grad-cam', class: 'tiger cat' })

console.log(`${certificate.label}: ${certificate.status}, ${heatmap.width} x ${heatmap.height}`)
console.log(
  `from ${certificate.minimum.toFixed(3)} to ${certificate.maximum.toFixed(3)} at layer ${certificate.layer?.name}`,
)
