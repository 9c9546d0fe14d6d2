/** Reading a node's attributes with their defaults, and making new ones. */

import { FoveaError } from '../error/index.ts'
import type { Attribute, Node } from './graph.ts'

export interface AttributeReader {
  int(name: string, otherwise: number): number
  float(name: string, otherwise: number): number
  string(name: string, otherwise: string): string
  /** undefined when the attribute is absent */
  ints(name: string): readonly number[] | undefined
  floats(name: string): readonly number[] | undefined
  has(name: string): boolean
}

/** @throws FoveaError FOVEA_MODEL when an attribute has another type than the operator defines */
export function attributesOf(node: Node): AttributeReader {
  const read = <T extends 'int' | 'float' | 'string' | 'ints' | 'floats'>(name: string, ...types: T[]) => {
    const found = node.attributes[name]
    if (found && !types.some((type) => type === found.type))
      throw new FoveaError(
        'FOVEA_MODEL',
        `Attribute '${name}' of ${node.op} node '${node.name}' is of type ${found.type}; the operator defines ${types.join(' or ')}.`,
        { node: node.name, op: node.op },
      )
    return found?.value as ValueOf<T> | undefined
  }
  return {
    int: (name, otherwise) => read(name, 'int') ?? otherwise,
    float: (name, otherwise) => read(name, 'float') ?? otherwise,
    string: (name, otherwise) => read(name, 'string') ?? otherwise,
    ints: (name) => read(name, 'ints'),
    floats: (name) => read(name, 'floats'),
    has: (name) => name in node.attributes,
  }
}

/** An axis counted from the front. */
export const fromFront = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis)

type ValueOf<T> = T extends 'int' | 'float' ? number : T extends 'string' ? string : readonly number[]

/** What an attribute may be written as: a number is an int, `float(0.5)` a float, a list holds ints. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | Attribute

export const float = (value: number): Attribute => ({ type: 'float', value })
export const floats = (value: readonly number[]): Attribute => ({ type: 'floats', value })

export function toAttribute(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { type: 'int', value }
  if (typeof value === 'string') return { type: 'string', value }
  if (!isList(value)) return value
  if (value.some((item) => typeof item === 'string')) return { type: 'strings', value: value as readonly string[] }
  return { type: 'ints', value: value as readonly number[] }
}

const isList = (value: object): value is readonly (number | string)[] => Array.isArray(value)
