/** docs/faithfulness.md: a row a map, and below the table what was found out about a method. Parts that were not measured anew stay. */

import { readFileSync, writeFileSync } from 'node:fs'
import { type Line, mean, photos } from './subject.ts'

const file = 'docs/faithfulness.md'
const baselines = ['random order', 'centred Gaussian']
const picture = '![Every perturbation and mask method on the four photographs](pictures/perturbation.png)'

interface Row {
  readonly insertion: number
  readonly text: string
}

/** The page as it stands: its rows by name, and what stands below the picture. */
function standing(): { rows: Map<string, Row>; finding: string } {
  const text = readFileSync(file, 'utf8')
  const rows = [...text.split(picture)[0]!.matchAll(/^\| ([^|]+) \| [\d.]+ \| ([\d.]+) \|.*$/gm)]
  return {
    rows: new Map(rows.map(([line, name = '', insertion]) => [name, { insertion: Number(insertion), text: line }])),
    finding: (text.split(picture)[1] ?? '').trim(),
  }
}

/** @param lines what was measured, with the Gaussian; @param finding Markdown; default: what is there */
export function writePage(lines: readonly Line[], settings: string, finding?: string): void {
  const before = standing()
  const gaussian = lines.find(({ name }) => name === 'centred Gaussian')
  const measured = lines.map(({ name, deletion, insertion }): [string, Row] => {
    const better = insertion.filter((value, i) => value > (gaussian?.insertion[i] ?? 0)).length
    const last = baselines.includes(name) ? '' : `${better} of ${photos.length}`
    const numbers = [mean(deletion), mean(insertion)].map((value) => value.toFixed(3))
    return [name, { insertion: mean(insertion), text: `| ${[name, ...numbers, last].join(' | ')} |` }]
  })
  const rows = [...new Map([...before.rows, ...measured]).values()].toSorted((a, b) => b.insertion - a.insertion)
  writeFileSync(
    file,
    `# Deletion and insertion

Written by \`npm run curves\`: the embedded model, the mean over ${photos.join(', ')}; 28 steps, deletion to grey, insertion from a blur of 5 pixels, the
probability of the top class (Petsiuk et al. 2018). ${settings} Deletion: low is good; insertion: high is good. The last column
counts the photographs on which the map inserts better than a Gaussian in the middle of the picture, which knows nothing of the model: four photographs
with their object near the middle say little about the differences between methods.

| map | deletion | insertion | better than the Gaussian |
|---|---|---|---|
${rows.map(({ text }) => text).join('\n')}

${picture}

${(finding ?? before.finding).trim()}
`,
  )
}
