/** A method's options as data: the command line's flags, the studio's controls and the docs are drawn from it. */

import { didYouMean, FoveaError } from '../error/index.ts'
import type { Method } from './method.ts'

export interface Option<T extends Scalar = Scalar> {
  readonly default: T
  readonly describe: string
  readonly choices?: readonly T[]
  readonly min?: number
  readonly max?: number
  /** Whole numbers only. */
  readonly whole?: boolean
}

export type Scalar = number | string | boolean

export type Options = Readonly<Record<string, Scalar>>

export type OptionSchema = Readonly<Record<string, Option>>

/**
 * The options of a method: those given, those of the peer that is to be reproduced, the defaults.
 * @throws FoveaError FOVEA_USAGE for a peer that the method does not know, an unknown name or an impossible value
 */
export function completeFor(
  { name, options, like = {} }: Pick<Method, 'name' | 'options' | 'like'>,
  given: Options,
  peer?: string,
): Options {
  if (peer !== undefined && !Object.hasOwn(like, peer))
    throw new FoveaError(
      'FOVEA_USAGE',
      `${name} has no numbers like '${peer}'${didYouMean(peer, Object.keys(like))}; it knows ${Object.keys(like).join(', ') || 'no peer'}.`,
    )
  return complete(name, options, { ...(peer === undefined ? {} : like[peer]?.options), ...given })
}

/** Options with their defaults filled in. @throws FoveaError FOVEA_USAGE for an unknown name or an impossible value */
export function complete(method: string, schema: OptionSchema, given: Options): Options {
  for (const name of Object.keys(given))
    if (!schema[name])
      throw new FoveaError(
        'FOVEA_USAGE',
        `${method} has no option '${name}'${didYouMean(name, Object.keys(schema))}; it has ${Object.keys(schema).join(', ') || 'none'}.`,
      )
  const entries = Object.entries(schema).map(([name, option]) => [
    name,
    check(method, name, option, given[name] ?? option.default),
  ])
  return Object.fromEntries(entries)
}

function check(method: string, name: string, option: Option, given: Scalar): Scalar {
  const value = parse(option, given)
  const refuse = (expected: string): never => {
    throw new FoveaError('FOVEA_USAGE', `${method}'s option '${name}' is ${expected}, not '${given}'.`)
  }
  if (value === undefined) return refuse(`a ${typeof option.default}`)
  if (option.choices && !option.choices.includes(value)) refuse(`one of ${option.choices.join(', ')}`)
  if (option.whole && !Number.isInteger(value)) refuse('a whole number')
  if (typeof value === 'number' && value < (option.min ?? -Infinity)) refuse(`at least ${option.min}`)
  if (typeof value === 'number' && value > (option.max ?? Infinity)) refuse(`at most ${option.max}`)
  return value
}

/** Text from a command line becomes what the default is. */
function parse(option: Option, given: Scalar): Scalar | undefined {
  if (typeof given === typeof option.default) return given
  if (typeof option.default === 'number' && given !== '' && Number.isFinite(Number(given))) return Number(given)
  if (typeof option.default === 'boolean' && (given === 'true' || given === 'false')) return given === 'true'
  return undefined
}
