/**
 * Are the marked pixels the ones that matter? Deletion and insertion of every method that the built-in model has a definition for,
 * on the example photographs, beside chance and a centred Gaussian; what perturbation and mask methods show there; and why one of them
 * loses. `npm run curves` writes docs/faithfulness.md and docs/pictures/perturbation.png, a quarter of an hour long;
 * `npm run curves -- rise perturbation mask finding` only the rows of these methods and families, the sheet (with both families), the finding.
 */

import { FoveaError } from 'fovea'
import { families, type Method, methods, type Options } from 'fovea/explain'
import { type Plane, random } from 'fovea/tensor'
import { findingOf } from './curves/finding.ts'
import { writePage } from './curves/page.ts'
import { drawSheet, type Shown } from './curves/sheet.ts'
import { close, explained, images, judged, type Line, vision } from './curves/subject.ts'

const words = process.argv.slice(2)
const asked = (...names: readonly string[]) => words.length === 0 || names.some((name) => words.includes(name))
/** Enough for a comparison; the page says so. */
const fewer: Readonly<Record<string, number>> = { samples: 1500, steps: 300 }
/** A quarter of its windows, a fifth of its draws: a twentieth of its hour. */
const coarse: Options = { stride: 10, samples: 2 }

const { width, height } = vision.format
const plane = (value: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
})
/** The method that the finding is about. */
const lost = 'prediction-difference'
const chance = random(1)
const baselines: Readonly<Record<string, Plane>> = {
  'random order': plane((x, y) => chance.uniform(y * width + x)),
  'centred Gaussian': plane((x, y) => -((x - width / 2) ** 2) - (y - height / 2) ** 2),
}

function optionsOf({ name, options }: Method): Options {
  const less = Object.entries(fewer).flatMap(([option, most]) => {
    const usual = options[option]?.default
    return typeof usual === 'number' && usual > most ? [[option, most]] : []
  })
  return { ...Object.fromEntries(less), ...(name === lost ? coarse : {}) }
}

const lines: Line[] = []
for (const [name, map] of Object.entries(baselines))
  lines.push(
    await judged(
      name,
      images.map(() => map),
    ),
  )
const shown: Shown[] = []
for (const method of methods.filter(({ name, family }) => asked(name, family) || (name === lost && asked('finding'))))
  try {
    const found = await explained(method, optionsOf(method))
    const line = await judged(
      method.name,
      found.map(({ raw }) => raw),
    )
    lines.push(line)
    if (method.family === 'perturbation' || method.family === 'mask') shown.push({ found, line })
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error
    console.log(`${method.name}: left out. ${error.message}`)
  }

if (asked('perturbation') && asked('mask')) drawSheet(shown)
const studied = shown.find(({ line }) => line.name === lost)
const gaussian = lines.find(({ name }) => name === 'centred Gaussian') as Line
writePage(
  lines,
  `At most ${fewer.samples} samples or ${fewer.steps} steps a method; prediction difference with
${coarse.samples} draws a window, ${coarse.stride} pixels apart.`,
  asked('finding') && studied ? await findingOf(studied.found, gaussian, coarse) : undefined,
)
const unknown = words.filter(
  (word) => word !== 'finding' && ![...families, ...methods.map(({ name }) => name)].includes(word),
)
if (unknown.length > 0) console.log(`Nothing is called ${unknown.join(', ')}.`)
await close()
