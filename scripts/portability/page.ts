/** docs/portability.md: one row for each model and method, with what made it. */

import { readFileSync } from 'node:fs'
import { packageVersions, root } from '../zoo/python.ts'
import type { Journey } from './journey.ts'

export interface Row extends Journey {
  readonly name: string
  readonly method: string
}

const version = (name: string) =>
  JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8')).version as string

export function markdown(rows: readonly Row[], openvino: boolean): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const titles = rows[0]?.differences.map(({ what }) => what) ?? []
  const packages = packageVersions(['onnxruntime', 'onnx', ...(openvino ? ['openvino'] : [])])
  const faults = rows.flatMap(({ name, method, refused, differences }) => [
    ...refused.map((fault) => `- ${name}, ${method}: ${fault}`),
    ...differences
      .filter(({ value, allowed }) => !(value <= allowed))
      .map(
        ({ what, value, allowed }) =>
          `- ${name}, ${method}: '${what}' is ${power(value)}, more than ${power(allowed)}.`,
      ),
  ])
  return `# Portability

Written by \`npm run portability\`. Each method compiled into each model, as an ordinary .onnx; the file checked by onnx.checker
with full shape inference and run by every engine, without Fovea in between. Numbers are the largest difference, relative to the
largest value.

- -1 = left out, required = given, batch = single, each = all, uint8 = float: the ways to ask one thing, in Python's ONNX Runtime.
- node: onnxruntime-node; web: onnxruntime-web (WebAssembly)${openvino ? '; openvino: OpenVINO on the CPU in float32' : ''}. Scores and heatmap against Python's ONNX Runtime, over
  all runs${openvino ? ' (OpenVINO: the heatmap)' : ''}.
- outputs: the model's own, compiled against original, in Python, with and without graph optimisation.

${packages}; onnxruntime-node ${version('onnxruntime-node')}, onnxruntime-web ${version('onnxruntime-web')}.

${line(['model', 'method', ...titles])}
${line(['---', '---', ...titles.map(() => '---:')])}
${rows.map(({ name, method, differences }) => line([name, method, ...differences.map(({ value }) => power(value))])).join('\n')}
${faults.length > 0 ? `\nWhat does not hold:\n\n${faults.join('\n')}\n` : ''}`
}

export const power = (value: number) => (value === 0 ? '0' : value.toExponential(1))
