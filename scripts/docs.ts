/** Writes the parts of docs/ that come from the catalogues: operators, methods, features. `npm run docs`; a test holds them current. */

import { writeFileSync } from 'node:fs'
import { flat, gradient, refused, straightThrough } from 'fovea/autodiff'
import { methods } from 'fovea/explain'
import { features } from 'fovea/features'
import { operators } from 'fovea/onnx'

const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

function operatorsPage(): string {
  const others = Object.keys(gradient).filter((key) => key.includes(':') && !key.startsWith('fovea:'))
  const says = (name: string) => {
    if (straightThrough.has(name)) return 'rule: straight through the rounding, an estimate (the certificate says so)'
    if (gradient[name]) return 'rule'
    if (flat.has(name)) return 'passes no gradient, by its nature'
    return `refused: ${refused[name] ?? 'no rule'}`
  }
  const count = (test: (name: string) => boolean) => operators.filter(test).length
  return [
    '# Operators',
    '',
    `What happens to a gradient at each operator of ONNX's default domain: ${count((n) => Boolean(gradient[n]))} have a rule,`,
    `${count((n) => !gradient[n] && flat.has(n))} pass none by nature, ${count((n) => !gradient[n] && !flat.has(n))} are refused with a reason. Models of opset 7 to 17 are lifted to 18 first.`,
    'Generated from the tables (`npm run docs`).',
    '',
    row('operator', 'gradient'),
    row('---', '---'),
    ...[...operators, ...others].map((name) => row(name, says(name))),
    '',
  ].join('\n')
}

function methodsPage(): string {
  return [
    '# Methods',
    '',
    'Generated from the catalogue (`npm run docs`).',
    '',
    row('method', 'question', 'formula', 'reference', 'mind'),
    row('---', '---', '---', '---', '---'),
    ...methods.map((m) => row(`\`${m.name}\``, m.question, `\`${m.formula}\``, m.reference, m.warning)),
    '',
  ].join('\n')
}

async function featuresPage(): Promise<string> {
  const all = await Promise.all(Object.values(features).map((load) => load()))
  return [
    '# Hand-made features',
    '',
    '`fovea features <name> photo.jpg --stages`. Generated from the catalogue (`npm run docs`).',
    '',
    row('feature', 'question', 'reference', 'options'),
    row('---', '---', '---', '---'),
    ...all.map((f) => row(`\`${f.name}\``, f.question, f.reference, Object.keys(f.options).join(', '))),
    '',
  ].join('\n')
}

export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/operators.md': operatorsPage,
  'docs/methods.md': methodsPage,
  'docs/features.md': featuresPage,
}

if (process.argv[1]?.endsWith('docs.ts'))
  for (const [path, make] of Object.entries(pages)) {
    writeFileSync(path, await make())
    console.log(`wrote ${path}`)
  }
