/** Options of methods are flags of the commands: none may hide a flag that the command has already. */

import { expect, test } from 'vitest'
import { explain } from '../../src/cli/commands/explain.ts'
import { withMethodFlags } from '../../src/cli/commands/model-flags.ts'
import { methods } from '../../src/explain/index.ts'

test('every option of every method is a flag of fovea explain', () => {
  for (const { options } of methods) for (const name of Object.keys(options)) expect(explain.flags).toHaveProperty(name)
})

test('an option that hides a flag is a fault that no run passes over', () => {
  const [name = ''] = methods.flatMap(({ options }) => Object.keys(options))
  expect(() => withMethodFlags({ [name]: { type: 'string', describe: '' } })).toThrow(`'${name}', which is a flag`)
})
