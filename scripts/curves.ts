/**
 * Are the marked pixels the ones that matter? Deletion and insertion of every method that the built-in model has a definition for,
 * on the example photographs, beside chance and a centred Gaussian. `npm run curves` writes docs/faithfulness.md; some minutes long.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { decodeImage, FoveaError, openModel } from 'fovea'
import { type CurveJudge, openCurves } from 'fovea/evaluate'
import { type Method, methods, type Options, openExplainer } from 'fovea/explain'
import { type Plane, random } from 'fovea/tensor'

const photos = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg'] as const
const only = process.argv.slice(2)
/** Enough for a comparison; the page says so. */
const fewer: Readonly<Record<string, number>> = { samples: 300, steps: 40 }

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

async function mapsOf(method: Method, options: Options): Promise<Plane[]> {
  await using explainer = await openExplainer(vision, method, { options })
  const maps: Plane[] = []
  for (const [i, image] of images.entries())
    maps.push((await explainer.explain(image, method.classFree ? {} : { class: (judges[i] as CurveJudge).class })).raw)
  return maps
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
    await add(method.name, await mapsOf(method, options))
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
`,
  )
for (const judge of judges) await judge[Symbol.asyncDispose]()
