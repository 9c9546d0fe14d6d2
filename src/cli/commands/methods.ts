/** `fovea methods`: the catalogue. */

import { methods } from '../../explain/index.ts'
import type { Command } from '../command.ts'

export const methodsCommand: Command = {
  name: 'methods',
  summary: 'The methods: the question each answers, its formula, its options, its warning.',
  positional: '',
  examples: [['fovea methods', 'all of them']],
  flags: { json: { type: 'boolean', describe: 'as JSON' } },
  async run(given, screen) {
    if (given.on('json')) {
      const records = methods.map(({ name, title, question, formula, reference, warning, at, options }) => ({
        name,
        title,
        question,
        formula,
        reference,
        warning,
        at,
        options,
      }))
      screen.print(JSON.stringify(records, null, 2))
      return 0
    }
    for (const { name, title, question, formula, reference, warning, options } of methods) {
      screen.print(`${name}  (${title})\n  ${question}\n  ${formula}   ${reference}\n  Mind: ${warning}`)
      for (const [key, option] of Object.entries(options))
        screen.print(
          `  --${key}  ${option.describe}${option.choices ? ` (${option.choices.join(', ')})` : ''}; default ${option.default}`,
        )
      screen.print('')
    }
    return 0
  },
}
