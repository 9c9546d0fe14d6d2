/**
 * Are the marked pixels the ones that matter? Deletion and insertion of every method that the built-in model has a definition for,
 * on the example photographs, beside chance and a centred Gaussian; and what perturbation and mask methods show there. `npm run curves` writes
 * docs/faithfulness.md and docs/pictures/perturbation.png; a quarter of an hour long.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { decodeImage, FoveaError, openModel } from 'fovea'
import { type CurveJudge, openCurves } from 'fovea/evaluate'
import { type Explanation, type Method, methods, type Options, openExplainer, overlayOf } from 'fovea/explain'
import { contactSheet, encodePng, type Panel } from 'fovea/image'
import { type Image, type Plane, random } from 'fovea/tensor'

const photos = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg'] as const
const only = process.argv.slice(2)
/** Enough for a comparison; the page says so. */
const fewer: Readonly<Record<string, number>> = { samples: 1500, steps: 300 }
/** A quarter of its windows: a quarter of its hour. */
const coarser: Readonly<Record<string, Options>> = { 'prediction-difference': { stride: 10 } }

const vision = await openModel()
const { width, height } = vision.format
const images = await Promise.all(photos.map((name) => decodeImage(readFileSync(`examples/photos/${name}`))))
const judges: CurveJudge[] = []
for (const image of images) judges.push(await openCurves(vision, image))

const plane = (value: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
})
const chance = random(1)
const baselines: Readonly<Record<string, Plane>> = {
  'random order': plane((x, y) => chance.uniform(y * width + x)),
  'centred Gaussian': plane((x, y) => -((x - width / 2) ** 2) - (y - height / 2) ** 2),
}

interface Line {
  readonly name: string
  readonly deletion: readonly number[]
  readonly insertion: readonly number[]
}
const lines: Line[] = []
const add = async (name: string, maps: readonly Plane[]) => {
  const curves = []
  for (const [i, map] of maps.entries()) curves.push(await (judges[i] as CurveJudge).judge(map))
  const line = {
    name,
    deletion: curves.map(({ deletionArea }) => deletionArea),
    insertion: curves.map(({ insertionArea }) => insertionArea),
  }
  lines.push(line)
  console.log(
    `${name}: deletion ${line.deletion.map((v) => v.toFixed(3))} insertion ${line.insertion.map((v) => v.toFixed(3))}`,
  )
}

async function explained(method: Method, options: Options): Promise<Explanation[]> {
  await using explainer = await openExplainer(vision, method, { options })
  const found: Explanation[] = []
  for (const [i, image] of images.entries())
    found.push(await explainer.explain(image, method.classFree ? {} : { class: (judges[i] as CurveJudge).class }))
  return found
}

const panels: Panel[] = []
const show = ({ title, family }: Method, found: readonly Explanation[]) => {
  if (family !== 'perturbation' && family !== 'mask') return
  const { insertion, deletion } = lines.at(-1) as Line
  found.forEach((explanation, i) => {
    panels.push({
      title: i === 0 ? title : '',
      image: overlayOf(images[i] as Image, explanation, { width: 280 }),
      caption: [`insertion ${insertion[i]?.toFixed(2)} · deletion ${deletion[i]?.toFixed(2)}`],
    })
  })
}

for (const [name, map] of Object.entries(baselines))
  await add(
    name,
    images.map(() => map),
  )
for (const method of methods) {
  if (only.length > 0 && !only.includes(method.name)) continue
  const options = Object.fromEntries(
    Object.entries(fewer).flatMap(([name, most]) => {
      const usual = method.options[name]?.default
      return typeof usual === 'number' && usual > most ? [[name, most]] : []
    }),
  )
  try {
    const found = await explained(method, { ...options, ...coarser[method.name] })
    await add(
      method.name,
      found.map(({ raw }) => raw),
    )
    show(method, found)
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error
    console.log(`${method.name}: left out. ${error.message}`)
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const gaussian = lines.find(({ name }) => name === 'centred Gaussian') as Line
const row = ({ name, deletion, insertion }: Line) => {
  const better = insertion.filter((value, i) => value > (gaussian.insertion[i] as number)).length
  return `| ${name} | ${mean(deletion).toFixed(3)} | ${mean(insertion).toFixed(3)} | ${name in baselines ? '' : `${better} of ${photos.length}`} |`
}
const sheet = contactSheet({
  title: 'What perturbation and masks show',
  subtitle: 'The embedded model’s top class of each photograph; insertion: high is good, deletion: low is good.',
  columns: photos.length,
  panels,
})
if (panels.length > 0)
  writeFileSync(only.length === 0 ? 'docs/pictures/perturbation.png' : '.bench/perturbation.png', encodePng(sheet))
if (only.length === 0)
  writeFileSync(
    'docs/faithfulness.md',
    `# Deletion and insertion

Written by \`npm run curves\`: the embedded model, the mean over ${photos.join(', ')}; 28 steps, deletion to grey, insertion from a blur of 5 pixels, the
probability of the top class (Petsiuk et al. 2018). At most ${fewer.samples} samples or ${fewer.steps} steps a method. Deletion: low is good; insertion: high is good. The last column
counts the photographs on which the map inserts better than a Gaussian in the middle of the picture, which knows nothing of the model: four photographs
with their object near the middle say little about the differences between methods.

| map | deletion | insertion | better than the Gaussian |
|---|---|---|---|
${lines
  .toSorted((a, b) => mean(b.insertion) - mean(a.insertion))
  .map(row)
  .join('\n')}

![Every perturbation and mask method on the four photographs](pictures/perturbation.png)
`,
  )
for (const judge of judges) await judge[Symbol.asyncDispose]()
