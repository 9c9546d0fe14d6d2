/** docs/zoo.md: the last row of every entry, with what made it. */

import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { packageVersions, root } from './python.ts'
import { markdown, type Row } from './row.ts'

let versions: string | undefined

export function writeReport(rows: readonly Row[]): void {
  versions ??= describe()
  const judged = rows.filter((row) => !row.notExported)
  const good = judged.filter((row) => row.faults.length === 0).length
  const dates = rows.map((row) => row.date).sort()
  const text = `# The zoo

Written by \`npm run zoo\`. Models with random weights, as PyTorch's two exporters write them, as tf2onnx writes Keras's, and
by hand in the style of the first ONNX zoo. The table compares the input gradient that Fovea compiles into the file with the
float64 gradient of the framework that the model comes from.

- error: relative L2 error of Fovea's gradient (float32); float32: the same of the framework's own float32 gradient. A row
  passes at max(1e-4, 3 x float32).
- moved: a unit within rounding of a kink (ReLU at 0, equals in a max-pool) changes the gradient by a whole path, in every
  engine. Where the error was too large, the image was moved by up to four units in the last place, again and again up
  to 24 times; this is the number of the draw whose error is shown. A wrong rule is wrong in every draw.
- operators: distinct operators of the file; nodes: the file's, and what the gradient adds.
- open: reading and measuring the file; compile: adding the gradient.
- CAM layer: the size of the layer that Grad-CAM chooses by itself (its map was finite; blank: no classifier).
- batch: the largest relative difference between a batch of two and two single runs.
- A row with '-' could not be exported by the library itself.

${good} of ${judged.length} pass. ${dates.at(0)}${dates.at(-1) === dates.at(0) ? '' : ` to ${dates.at(-1)}`}; ${versions}

${markdown(rows)}`
  writeFileSync(`${root}docs/zoo.md`, text)
}

/** Versions and machine in one line. */
function describe(): string {
  const ort = JSON.parse(readFileSync(`${root}node_modules/onnxruntime-node/package.json`, 'utf8')).version
  const own = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version
  const packages = packageVersions(['torch', 'torchvision', 'timm', 'onnx'])
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `Fovea ${own}, Node ${process.versions.node}, onnxruntime-node ${ort}, ${packages}; ${availableParallelism()} x ${cpu}.`
}
