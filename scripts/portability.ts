/**
 * Compiled models travel: every method of the catalogue compiled into five models, checked by onnx.checker, and run in Python's
 * onnxruntime, onnxruntime-node and onnxruntime-web, which must agree; the model's own outputs must be what they were.
 *
 * OpenVINO takes part where it is installed (pip install openvino). The table is docs/portability.md.
 *
 *     npm run portability
 */

import { existsSync, writeFileSync } from 'node:fs'
import { type Journey, journey } from './portability/journey.ts'
import { markdown, power, type Row } from './portability/page.ts'
import { subjects } from './portability/subject.ts'
import { hasPackage, packageVersions, root } from './zoo/python.ts'

function show(name: string, method: string, { differences, refused }: Journey): boolean {
  const faults = [
    ...refused,
    ...differences
      .filter(({ value, allowed }) => !(value <= allowed))
      .map(({ what, value, allowed }) => `'${what}' differs by ${power(value)}, more than ${power(allowed)}.`),
  ]
  const cells = differences.map(({ what, value }) => power(value).padStart(Math.max(what.length, 7)))
  console.log(`${name.padEnd(34)} ${method.padEnd(10)} ${faults.length > 0 ? 'FAIL' : 'ok  '} ${cells.join('  ')}`)
  for (const fault of faults) console.log(`    ${fault}`)
  return faults.length === 0
}

if (!existsSync(`${root}dist/index.js`)) throw new Error('This runs the built package: run `npm run build` first.')
console.log(`Fovea's files in ${packageVersions(['onnxruntime', 'onnx'])} (Python), onnxruntime-node, onnxruntime-web.`)
console.log('Largest differences, relative to the largest value. node, web: against Python, over all runs.')
const openvino = hasPackage('openvino')
const rows: Row[] = []
let heading = false
let failed = 0
for (const open of subjects) {
  const subject = await open()
  for (const method of subject.methods) {
    const result = await journey(subject, method, openvino)
    if (!heading) {
      const titles = result.differences.map(({ what }) => what.padStart(Math.max(what.length, 7)))
      console.log(`${' '.repeat(34)} ${' '.repeat(10)}      ${titles.join('  ')}`)
      heading = true
    }
    if (!show(subject.name, method.name, result)) failed++
    rows.push({ name: subject.name, method: method.name, ...result })
    writeFileSync(`${root}docs/portability.md`, markdown(rows, openvino))
  }
}
console.log(failed === 0 ? 'all agree' : `${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
