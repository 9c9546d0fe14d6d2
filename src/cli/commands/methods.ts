/** `fovea methods`: the catalogue. */

import { canCompile, families, familyTitles, type Method, methods } from '../../explain/index.ts'
import type { Command } from '../command.ts'

export const methodsCommand: Command = {
  name: 'methods',
  summary: 'The methods: the question each answers, its formula, its options, its warning.',
  positional: '',
  examples: [['fovea methods', 'all of them']],
  flags: { json: { type: 'boolean', describe: 'as JSON' } },
  async run(given, screen) {
    if (given.on('json')) {
      // Functions are no JSON: what remains are the facts.
      screen.print(JSON.stringify(methods, null, 2))
      return 0
    }
    for (const family of families) {
      const members = methods.filter((method) => method.family === family)
      if (members.length > 0) screen.print(`${familyTitles[family].toUpperCase()}\n`)
      for (const method of members) screen.print(`${described(method)}\n`)
    }
    return 0
  },
}

function described(method: Method): string {
  const { name, title, question, formula, reference, warning, options, like = {}, cost } = method
  const flags = Object.entries(options).map(([key, option]) => {
    const choices = option.choices ? ` (${option.choices.join(', ')})` : ''
    return `  --${key}  ${option.describe}${choices}; default ${option.default}`
  })
  const peers = Object.entries(like).map(([peer, { note }]) => `  --like ${peer}${note ? `  ${note}` : ''}`)
  return [
    `${name}  (${title})`,
    `  ${question}`,
    `  ${formula}   ${reference}`,
    `  Mind: ${warning}`,
    `  Cost: ${cost} forward passes${canCompile(method) ? '; can be compiled into the model' : ''}`,
    ...flags,
    ...peers,
  ].join('\n')
}
