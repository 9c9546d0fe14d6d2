/** Help texts: examples first, then the flags. */

import { type Command, commonFlags, type Flag } from './command.ts'

export function commandHelp(command: Command): string {
  const flags = { ...command.flags, ...commonFlags }
  return [
    `fovea ${command.name} ${command.positional}`,
    `  ${command.summary}`,
    '',
    'Examples',
    ...command.examples.map(([line, says]) => `  ${line}\n      ${says}`),
    '',
    'Flags',
    ...columns(Object.entries(flags).map(([name, flag]) => [spell(name, flag), flag.describe])),
  ].join('\n')
}

function spell(name: string, { short, type, value }: Flag): string {
  return `${short ? `-${short}, ` : '    '}--${name}${type === 'string' ? ` ${value ?? '<text>'}` : ''}`
}

/** Two columns, the second wrapped at 100 characters; below a first that is too long. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(48, Math.max(...rows.map(([left]) => left.length))) + 2
  return rows.map(([left, right]) => {
    const lines = wrap(right, 98 - width)
    const below = left.length > width - 2 ? `\n${' '.repeat(width + 2)}` : ''
    return `  ${below ? `${left}${below}` : left.padEnd(width)}${lines.join(`\n${' '.repeat(width + 2)}`)}`
  })
}

function wrap(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>(
    (lines, word) => {
      const last = lines.at(-1) as string
      if (last !== '' && last.length + word.length + 1 > width) return [...lines, word]
      return [...lines.slice(0, -1), last === '' ? word : `${last} ${word}`]
    },
    [''],
  )
}
