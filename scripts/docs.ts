/** Writes the parts of docs/ that come from the catalogues: operators, methods, features. `npm run docs`; a test holds them current. */

import { existsSync, writeFileSync } from 'node:fs'
import { flat, gradient, lifted, refused, straightThrough } from 'fovea/autodiff'
import { canCompile, families, familyTitles, methods } from 'fovea/explain'
import { features } from 'fovea/features'
import { operators } from 'fovea/onnx'

const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

function operatorsPage(): string {
  const others = Object.keys(gradient).filter((key) => key.includes(':') && !key.startsWith('fovea:'))
  const says = (name: string) => {
    if (straightThrough.has(name)) return 'rule: straight through the rounding, an estimate (the certificate says so)'
    if (gradient[name]) return 'rule'
    if (flat.has(name)) return 'passes no gradient, by its nature'
    if (lifted[name]) return `lifted to ${lifted[name]} when the model is read, which has a rule`
    return `refused: ${refused[name] ?? 'no rule'}`
  }
  const count = (test: (name: string) => boolean) => operators.filter(test).length
  return [
    '# Operators',
    '',
    `What happens to a gradient at each operator of ONNX's default domain: ${count((n) => Boolean(gradient[n]))} have a rule,`,
    `${count((n) => !gradient[n] && flat.has(n))} pass none by nature, ${count((n) => n in refused)} are refused with a reason. Models of opset 7 to 17 are lifted to 18 first:`,
    `${count((n) => n in lifted)} old operators become others.`,
    'Generated from the tables (`npm run docs`).',
    '',
    row('operator', 'gradient'),
    row('---', '---'),
    ...[...operators, ...others].map((name) => row(name, says(name))),
    '',
  ].join('\n')
}

/** A picture of each method that the built-in model has a definition for; `npm run docs:pictures` makes them. */
export const pictureOf = (method: string) => `pictures/methods/${method.replaceAll('+', 'p')}.png`

function methodsPage(): string {
  const sections = families.flatMap((family) => {
    const members = methods.filter((method) => method.family === family)
    if (members.length === 0) return []
    return [
      `## ${familyTitles[family]}`,
      '',
      row('', 'method', 'question', 'formula and reference', 'cost in forward passes', 'mind'),
      row('---', '---', '---', '---', '---', '---'),
      ...members.map((m) =>
        row(
          existsSync(`docs/${pictureOf(m.name)}`) ? `![${m.title}](${pictureOf(m.name)})` : '',
          `**${m.title}** \`${m.name}\`${canCompile(m) ? '' : ' (no file: it is a loop)'}`,
          m.question,
          `\`${m.formula}\` ${m.reference}`,
          m.cost,
          m.warning,
        ),
      ),
      '',
    ]
  })
  return [
    '# Methods',
    '',
    `${methods.length} methods, on one photograph by the built-in model where they have a definition for it. Generated from the catalogue (\`npm run docs\`, \`npm run docs:pictures\`).`,
    '`fovea methods` tells the options and the peers whose numbers each can give (`--like`); [parity.md](parity.md) how near they come.',
    '',
    ...sections,
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
