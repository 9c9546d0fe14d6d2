/**
 * The pictures of docs/methods.md: every method on one photograph by the built-in model, with fewer samples than by default where
 * those are many. `npm run docs:pictures`, some minutes long.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { decodeImage, FoveaError, openModel } from 'fovea'
import { type Method, methods, type Options, openExplainer, overlayOf } from 'fovea/explain'
import { encodePng } from 'fovea/image'
import { pictureOf } from './docs.ts'

const only = process.argv.slice(2)
const image = await decodeImage(readFileSync('examples/photos/coffee.png'))
const vision = await openModel()
if (only.length === 0) rmSync('docs/pictures/methods', { recursive: true, force: true })
mkdirSync('docs/pictures/methods', { recursive: true })

/** Enough to see what the method shows; the page is no measurement. */
const fewer: Readonly<Record<string, number>> = { samples: 400 }

async function draw(method: Method, options: Options): Promise<string> {
  await using explainer = await openExplainer(vision, method, { options })
  const began = performance.now()
  const explanation = await explainer.explain(image)
  writeFileSync(
    `docs/${pictureOf(method.name)}`,
    encodePng(overlayOf(image, explanation, { width: 200 }), { level: 9 }),
  )
  return `${explanation.certificate.status}, ${((performance.now() - began) / 1000).toFixed(1)} s`
}

for (const method of methods) {
  if (only.length > 0 && !only.includes(method.name)) continue
  const options = Object.fromEntries(
    Object.entries(fewer).flatMap(([name, most]) => {
      const usual = method.options[name]?.default
      return typeof usual === 'number' && usual > most ? [[name, most]] : []
    }),
  )
  try {
    console.log(`${method.name}: ${await draw(method, options)}`)
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error
    console.log(`${method.name}: no picture. ${error.message}`)
  }
}
