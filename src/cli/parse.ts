/** A command line against a command's flags: node:util's parser, with sentences for what it refuses. */

import { parseArgs } from 'node:util'
import { didYouMean, FoveaError } from '../error/index.ts'
import { type Command, commonFlags, type Flag, type Given } from './command.ts'

/** @throws FoveaError FOVEA_USAGE */
export function parse(command: Command, words: readonly string[]): Given {
  const flags: Readonly<Record<string, Flag>> = { ...command.flags, ...commonFlags }
  const { values, positionals } = parsed(command, flags, words)
  for (const [name, value] of Object.entries(values))
    if ([value].flat().includes('')) throw new FoveaError('FOVEA_USAGE', `--${name} needs a value, not nothing.`)
  return {
    words: positionals,
    text: (flag) => {
      const value = values[flag]
      return typeof value === 'string' ? value : undefined
    },
    list: (flag) => [values[flag] ?? []].flat().filter((value) => typeof value === 'string'),
    on: (flag) => values[flag] === true,
  }
}

/** For `-dash.png`, which is a file and not a row of short flags. */
function fileHint(words: readonly string[], unknown: string): string | undefined {
  const file = words.find((word) => word.startsWith(unknown) && /^-[^-].*[.*/]/.test(word))
  return file && ` (if '${file}' is a file, write ./${file}, or -- before it)`
}

/** `--target -y[0]` as `--target=-y[0]`: parseArgs takes a minus for the start of a flag. */
function joined(flags: Readonly<Record<string, Flag>>, words: readonly string[]): string[] {
  const names = new Set(
    Object.entries(flags).flatMap(([name, { minus, short }]) =>
      minus ? [`--${name}`, ...(short ? [`-${short}`] : [])] : [],
    ),
  )
  const result: string[] = []
  const end = words.includes('--') ? words.indexOf('--') : words.length
  for (let i = 0; i < end; i++) {
    const [word, next] = [words[i] as string, words[i + 1]]
    const joins = names.has(word) && next !== undefined && /^-[^-]/.test(next)
    result.push(joins ? `${word}${word.startsWith('--') ? '=' : ''}${next}` : word)
    if (joins) i++
  }
  return [...result, ...words.slice(end)]
}

function parsed(command: Command, flags: Readonly<Record<string, Flag>>, words: readonly string[]) {
  const known = Object.entries(flags).flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])])
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple = false }]) => [
      name,
      short ? { type, short, multiple } : { type, multiple },
    ]),
  )
  try {
    return parseArgs({ args: joined(flags, words), options, allowPositionals: true, allowNegative: true, strict: true })
  } catch (error) {
    const unknown = /Unknown option '([^']+)'/.exec((error as Error).message)?.[1]
    const missing = /Option '([^']+?)(?: <value>)?' argument missing/.exec((error as Error).message)?.[1]
    const ambiguous = /Option '([^']+)' argument is ambiguous/.exec((error as Error).message)?.[1]
    const see = `; fovea ${command.name} --help lists its flags.`
    if (unknown)
      throw new FoveaError(
        'FOVEA_USAGE',
        `fovea ${command.name} has no flag ${unknown}${fileHint(words, unknown) ?? didYouMean(unknown, known)}${see}`,
      )
    if (ambiguous)
      throw new FoveaError(
        'FOVEA_USAGE',
        `${ambiguous} needs a value; one that begins with a minus is written ${ambiguous.split(', ').at(-1)}=-…${see}`,
      )
    if (missing) throw new FoveaError('FOVEA_USAGE', `${missing} needs a value${see}`)
    throw new FoveaError('FOVEA_USAGE', `${(error as Error).message.split('.')[0]}${see}`, {}, error)
  }
}
