/** Every example runs as a reader would run it, from the installed package, and is at most 25 lines long. */

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const examples = readdirSync('examples').filter((name) => name.endsWith('.ts'))

test.each(examples)('%s', (name) => {
  expect(readFileSync(`examples/${name}`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(25)
  const output = execFileSync(process.execPath, ['--import', 'tsx', `examples/${name}`], { encoding: 'utf8' })
  expect(output.trim().length).toBeGreaterThan(0)
  expect(output).not.toMatch(/NaN|undefined/)
})
