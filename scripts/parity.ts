/** Writes docs/parity.md: Fovea's maps against those of peers, row by row of test/fixtures/parity. `npm run parity`. */

import { writeFileSync } from 'node:fs'
import { findMethod, openExplainer } from 'fovea/explain'
import { openModel } from 'fovea/models'
import { bound, errorOf, pages, type Row } from './parity/rows.ts'

const line = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`
const said = ({ options, note }: Row) => {
  const list = Object.entries(options).map(([name, value]) => `${name} ${value}`)
  return [list.join(', ') || 'as they are', ...(note ? [note] : [])].join('; ')
}

const text = [
  '# Parity with other tools',
  '',
  "Each row is a method with the options that give a peer's numbers (`--like <peer>`), on small networks of test/fixtures/nets, against what the peer",
  "itself answered. The error is ||Fovea - peer|| / ||peer|| of the raw maps; Fovea computes in float32. Peers' colours and channels, which they",
  'keep apart, are reduced as the method does. Generated (`npm run parity`); the tests hold the same rows to the bound.',
  '',
]
let failed = 0
for (const page of pages()) {
  text.push(`## ${page.family}: ${page.peer}`, '', `${page.version}, by \`${page.script}\`.`, '')
  text.push(line('method', 'options', 'networks', 'largest error', 'bound'), line('---', '---', '---', '---', '---'))
  const title = (row: Row) => `${row.method} ${said(row)}`
  for (const kind of new Set(page.rows.map(title))) {
    const rows = page.rows.filter((row) => title(row) === kind)
    const errors: number[] = []
    for (const row of rows) errors.push(await errorOf({ openModel, openExplainer, findMethod }, page, row))
    const [first] = rows as [Row, ...Row[]]
    const worst = Math.max(...errors)
    if (!(worst <= bound(first))) failed++
    const nets = rows
      .map(({ net }) =>
        net
          .split('/')
          .at(-1)
          ?.replace(/(-torchscript.*)?\.onnx$/, '')
          .toUpperCase(),
      )
      .join(', ')
    text.push(line(`\`${first.method}\``, said(first), nets, worst.toExponential(1), bound(first).toExponential(0)))
    console.log(`${first.method} (${said(first)}): ${errors.map((error) => error.toExponential(1)).join(' ')}`)
  }
  text.push('')
}
writeFileSync('docs/parity.md', text.join('\n'))
console.log('wrote docs/parity.md')
if (failed > 0) {
  console.error(`${failed} rows are beyond their bound.`)
  process.exitCode = 1
}
