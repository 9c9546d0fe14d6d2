/**
 * docs/speed.md, of what the benches measured last (.bench/*.json): `npm run bench:report`. What was not measured here stays as it is.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Cold, coldSection, type Folder, folderSection } from './report-commands.ts'
import { type Memory, memorySection, type Wasm, wasmSection } from './report-engines.ts'
import { type Gradients, gradientSections } from './report-gradient.ts'
import { type Perturbation, perturbationSection } from './report-perturbation.ts'

const page = 'docs/speed.md'
const before = existsSync(page) ? readFileSync(page, 'utf8') : ''

/** @param title of the section, which stays as it is where nothing was measured anew */
function measured<T>(name: string, title: string, section: (results: T) => string): string {
  const path = `.bench/${name}.json`
  if (existsSync(path)) return section(JSON.parse(readFileSync(path, 'utf8')) as T)
  const [, kept = ''] = before.split(`\n## ${title}\n`)
  return kept && `\n## ${title}\n${kept.split('\n## ')[0]?.trimEnd()}\n`
}

const sections = [
  measured<Gradients>('gradient', 'What an explanation costs', gradientSections),
  measured<Wasm>('wasm', 'WebAssembly', wasmSection),
  measured<Memory>('memory', 'Memory', memorySection),
  measured<Cold>('cold', 'Cold start', coldSection),
  measured<Folder>('folder', 'Many images', folderSection),
  measured<Perturbation>('perturbation', 'Perturbation', perturbationSection),
]
writeFileSync(
  page,
  `# Speed

Written by \`npm run bench:report\` of what the benches measured: \`npm run bench:gradient\`, \`bench:wasm\`, \`bench:memory\`, \`bench:cold\`,
\`bench:folder\`, \`bench:perturbation\`. Whatever is compared took turns in one run. A number is a median, in brackets the middle half;
a ratio is the median of the rounds' ratios. How programs are made fast: [lowering.md](lowering.md).
${sections.join('')}`,
)
console.log(page)
