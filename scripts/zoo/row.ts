/** One row of the zoo's table: made from an entry and its trial, judged, and shown as text and as markdown. */

import type { Plan } from './entry.ts'
import type { Trial } from './trial.ts'

export interface Row extends Plan {
  readonly date: string
  /** Relative L2 error of PyTorch's own float32 gradient. */
  readonly float32Error?: number
  readonly trial?: Trial
  /** What failed, in sentences; empty when everything holds. */
  readonly faults: readonly string[]
  /** The library's exporter could not write the model: nothing to explain, and no failure of Fovea. */
  readonly notExported?: boolean
}

/** The largest error that passes: three times PyTorch's own, but 1e-4 is always good enough. */
export const allowed = (float32Error: number) => Math.max(1e-4, 3 * float32Error)

/** Two runs of one image may take other kernels, whose rounding differs, but nothing more. */
export const batchTolerance = 1e-4

export function judge(plan: Plan, date: string, float32Error: number, trial: Trial): Row {
  const faults = [...trial.faults]
  if (!(trial.error <= allowed(float32Error)))
    faults.push(
      `The gradient is off by ${trial.error.toExponential(1)}, more than ${allowed(float32Error).toExponential(1)}.`,
    )
  const batchAllowed = Math.max(batchTolerance, 3 * float32Error)
  if (trial.batch !== undefined && !(trial.batch <= batchAllowed))
    faults.push(`A batch of two differs from single runs by ${trial.batch.toExponential(1)}.`)
  return { ...plan, date, float32Error, trial, faults }
}

const power = (value: number | undefined) => (value === undefined ? '' : value.toExponential(1))

const columns: readonly { title: string; of: (row: Row) => string }[] = [
  { title: 'model', of: ({ name }) => name },
  { title: 'exporter', of: ({ exporter }) => exporter },
  { title: 'opset', of: ({ opset }) => String(opset) },
  { title: 'operators', of: ({ trial }) => String(trial?.operators ?? '') },
  { title: 'error', of: ({ trial }) => power(trial?.error) },
  { title: 'float32', of: ({ float32Error }) => power(float32Error) },
  { title: 'moved', of: ({ trial }) => (trial?.moved ? String(trial.moved) : '') },
  { title: '', of: ({ faults, notExported }) => (notExported ? '-' : faults.length > 0 ? 'FAIL' : 'ok') },
  { title: 'open ms', of: ({ trial }) => trial?.openMs.toFixed(0) ?? '' },
  { title: 'compile ms', of: ({ trial }) => trial?.compileMs.toFixed(0) ?? '' },
  { title: 'nodes', of: ({ trial }) => (trial ? `${trial.nodes} + ${trial.added}` : '') },
  { title: 'CAM layer', of: ({ trial }) => (trial?.layer ? `${trial.layer.height} x ${trial.layer.width}` : '') },
  { title: 'batch', of: ({ trial }) => (trial ? (trial.batch === undefined ? 'fixed' : power(trial.batch)) : '') },
]

const widths = [36, 11, 5, 9, 8, 8, 5, 4, 7, 10, 12, 9, 8]
const pad = (cells: readonly string[]) =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(' ')

export const heading = () => pad(columns.map(({ title }) => title))

/** One line of the table, and one more for each fault. */
export const lineOf = (row: Row) =>
  [pad(columns.map(({ of }) => of(row))), ...row.faults.map((fault) => `    ${fault}`)].join('\n')

export function markdown(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const table = [
    line(columns.map(({ title }) => title)),
    line(columns.map((_, i) => (i < 2 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map(({ of }) => of(row)))),
  ]
  const notes = rows.flatMap((row) =>
    row.faults.map((fault) => `- ${row.name}, ${row.exporter} ${row.opset}: ${fault}`),
  )
  return `${table.join('\n')}\n${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`
}
