/**
 * Do the maps depend on what the model learned? Draws the embedded model's weights anew from the top, and writes docs/sanity.md
 * with the numbers of four photographs, and a picture of one. `npm run sanity`, minutes long.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { decodeImage } from 'fovea'
import { cascade, type Stage } from 'fovea/evaluate'
import { findMethod, overlayOf } from 'fovea/explain'
import { contactSheet, encodePng } from 'fovea/image'
import { openModel } from 'fovea/models'

const photos = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg'] as const
const shown = 'coffee.png'
const asked = [
  { name: 'saliency' },
  { name: 'integrated-gradients', options: { steps: 10 } },
  { name: 'grad-cam' },
  { name: 'cameras', options: { steps: 2, stretch: 1.5 } },
  { name: 'guided-backprop' },
] as const

const vision = await openModel()
const rows: { title: string; runs: Stage[][] }[] = []
for (const { name, ...choice } of asked) {
  const runs: Stage[][] = []
  for (const photo of photos) {
    const image = await decodeImage(readFileSync(`examples/photos/${photo}`))
    runs.push(await cascade(vision, findMethod(name), image, choice))
    console.log(
      `${name} ${photo}: ${runs
        .at(-1)
        ?.map(({ similarity }) => similarity.toFixed(2))
        .join('  ')}`,
    )
  }
  rows.push({ title: findMethod(name).title, runs })
}

const stages = rows[0]?.runs[0] as Stage[]
const heads = stages.map(({ randomised, layer }) =>
  randomised === 0 ? 'trained' : `top ${randomised}: to \`${layer}\``,
)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const spread = (values: readonly number[]) =>
  `${mean(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`
const table = rows.map(({ title, runs }) => {
  const cells = stages.map((_, i) => spread(runs.map((run) => run[i]?.similarity ?? Number.NaN)))
  return `| ${title} | ${cells.join(' | ')} |`
})
const image = await decodeImage(readFileSync(`examples/photos/${shown}`))
const sheet = contactSheet({
  title: 'Does the map depend on what the model learned?',
  subtitle:
    'From left to right more layers, from the top, have random weights. A map that stays shows the photograph, not the model.',
  columns: stages.length,
  panels: rows.flatMap(({ title, runs }) =>
    (runs[photos.indexOf(shown)] ?? []).map(({ randomised, similarity, explanation }) => ({
      title: randomised === 0 ? title : `top ${randomised} random`,
      image: overlayOf(image, explanation, { width: 320 }),
      caption: [randomised === 0 ? 'trained' : `rank correlation ${similarity.toFixed(2)}`],
    })),
  ),
})
writeFileSync('docs/pictures/sanity.png', encodePng(sheet))
writeFileSync(
  'docs/sanity.md',
  `# Sanity: do the maps depend on what the model learned?

Written by \`npm run sanity\`. The embedded model's weights are drawn anew from the top (each tensor keeps its mean and deviation), the class stays.
Spearman's rank correlation with the trained model's map: mean over ${photos.length} photographs (least to most). What stays near 1 shows the photograph, not the model
(Adebayo et al. 2018, arXiv 1810.03292).

| method | ${heads.join(' | ')} |
|---|${stages.map(() => '---|').join('')}
${table.join('\n')}

![The maps of one photograph](pictures/sanity.png)
`,
)
