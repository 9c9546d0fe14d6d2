/**
 * docs/speed.md, of what the benches measured last (.bench/*.json): `npm run bench:report`. What was not measured is left out.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Cold, coldSection, type Folder, folderSection } from './report-commands.ts'
import { type Memory, memorySection, type Wasm, wasmSection } from './report-engines.ts'
import { type Gradients, gradientSections } from './report-gradient.ts'
import { type Perturbation, perturbationSection } from './report-perturbation.ts'

function measured<T>(name: string, section: (results: T) => string): string {
  const path = `.bench/${name}.json`
  return existsSync(path) ? section(JSON.parse(readFileSync(path, 'utf8')) as T) : ''
}

const sections = [
  measured<Gradients>('gradient', gradientSections),
  measured<Wasm>('wasm', wasmSection),
  measured<Memory>('memory', memorySection),
  measured<Cold>('cold', coldSection),
  measured<Folder>('folder', folderSection),
  measured<Perturbation>('perturbation', perturbationSection),
]
writeFileSync(
  'docs/speed.md',
  `# Speed

Written by \`npm run bench:report\` of what the benches measured: \`npm run bench:gradient\`, \`bench:wasm\`, \`bench:memory\`, \`bench:cold\`,
\`bench:folder\`, \`bench:perturbation\`. Whatever is compared took turns in one run. A number is a median, in brackets the middle half;
a ratio is the median of the rounds' ratios. How programs are made fast: [lowering.md](lowering.md).
${sections.join('')}`,
)
console.log('docs/speed.md')
