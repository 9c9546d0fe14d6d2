/** The words, numbers, quoted names and signs of a target's text, and the errors that point into it. */

import { FoveaError } from '../../error/index.ts'

export interface Token {
  readonly type: 'number' | 'word' | 'quoted' | 'sign' | 'end'
  /** As written; of a quoted name what stands between the quotes. */
  readonly text: string
  readonly at: number
}

/** Longer texts are refused, so that no target can exhaust the parser. */
const longest = 2000

const pattern =
  /\s+|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>cross-entropy\b|[\p{L}_][\p{L}\p{N}_.]*)|(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>==|!=|<=|>=|[-+*/()[\],:<>])/uy

/** @throws FoveaError FOVEA_USAGE with the position of what cannot be read */
export function tokens(text: string): Token[] {
  if (text.length > longest)
    throw new FoveaError('FOVEA_USAGE', `A target has at most ${longest} characters, not ${text.length}.`)
  const found: Token[] = []
  const scan = new RegExp(pattern)
  while (scan.lastIndex < text.length) {
    const at = scan.lastIndex
    const match = scan.exec(text)
    if (!match) throw unreadable(text, at)
    const { number, word, quoted, sign } = match.groups as Record<string, string | undefined>
    if (number !== undefined) found.push({ type: 'number', text: number, at })
    else if (word !== undefined) found.push({ type: 'word', text: word, at })
    else if (quoted !== undefined)
      found.push({ type: 'quoted', text: quoted.slice(1, -1).replace(/\\(.)/gsu, '$1'), at })
    else if (sign !== undefined) found.push({ type: 'sign', text: sign, at })
  }
  return [...found, { type: 'end', text: '', at: text.length }]
}

function unreadable(text: string, at: number): FoveaError {
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  if (character === '"' || character === "'")
    return targetError(text, at, `the quoted name has no closing ${character}`)
  const hint = character === '=' ? " (to compare, write '==')" : ''
  return targetError(text, at, `'${character}' has no meaning${hint}`)
}

/** "In the target 'x y', at character 3 ('y'): …" */
export function targetError(text: string, at: number, what: string): FoveaError {
  const rest = text.slice(at, at + 12)
  const where =
    rest.trim() === '' ? 'at its end' : `at character ${at + 1} ('${rest}${text.length > at + 12 ? '…' : ''}')`
  return new FoveaError('FOVEA_USAGE', `In the target '${text}', ${where}: ${what}.`, { offset: at })
}
