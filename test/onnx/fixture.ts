/** The committed fixtures: test/onnx/fixtures (scripts/python/onnx_fixtures.py) and the small nets of test/fixtures/nets. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const own = join(import.meta.dirname, 'fixtures')
const netFolder = join(import.meta.dirname, '../fixtures/nets')

export const fixture = (name: string) => new Uint8Array(readFileSync(join(own, name)))
export const json = (name: string): unknown => JSON.parse(readFileSync(join(own, name), 'utf8'))
export const netNames = readdirSync(netFolder).filter((name) => name.endsWith('.onnx'))
export const net = (name: string) => new Uint8Array(readFileSync(join(netFolder, name)))
