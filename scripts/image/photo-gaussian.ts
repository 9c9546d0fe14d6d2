/** Writes src/explain/perturbation/photographs.ts: the Gaussian of the photographs in examples/photos (CC0). `npx tsx scripts/image/photo-gaussian.ts` */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fitGaussian } from '../../src/explain/perturbation/gaussian.ts'
import { resize } from '../../src/image/index.ts'
import { decodeImage } from '../../src/index.ts'

const reach = 24
const folder = 'examples/photos'
const planes = []
for (const name of readdirSync(folder)
  .filter((file) => /\.(png|jpg)$/.test(file))
  .sort()) {
  const image = await decodeImage(new Uint8Array(readFileSync(`${folder}/${name}`)))
  // The size at which models see them.
  const scale = 256 / Math.min(image.width, image.height)
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)]
  const { data } = resize(image, width, height)
  for (let c = 0; c < 3; c++)
    planes.push({
      width,
      height,
      data: Float64Array.from({ length: width * height }, (_, i) => (data[3 * i + c] as number) / 255),
    })
}
const { mean, variance, correlation } = fitGaussian(planes, reach)
const rows = Array.from({ length: reach }, (_, y) =>
  Array.from({ length: reach }, (_, x) => (correlation[y * reach + x] as number).toFixed(6).replace(/^0/, '')).join(
    ' ',
  ),
)
writeFileSync(
  'src/explain/perturbation/photographs.ts',
  `/** The Gaussian of the photographs in examples/photos, short side 256. Generated: npx tsx scripts/image/photo-gaussian.ts */

import type { PictureGaussian } from './gaussian.ts'

/** Distances downwards from row to row, to the right along a row. */
const correlation = \`
${rows.join('\n')}\`

export const photographs: PictureGaussian = {
  mean: ${mean.toFixed(4)},
  variance: ${variance.toFixed(5)},
  reach: ${reach},
  correlation: Float64Array.from(correlation.trim().split(/\\s+/), Number),
}
`,
)
