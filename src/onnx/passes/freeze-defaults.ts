/**
 * Inputs that have a default become constants. Old exporters (IR 3) list every weight as an input, and an input may be overridden:
 * its value is no constant to a compiler, although nobody ever overrides it.
 */

import type { Tensor } from '../../tensor/index.ts'
import { constant, type Graph } from '../graph.ts'

/** @param given values that replace a default, by input */
export function freezeDefaults(graph: Graph, given: Readonly<Record<string, Tensor>> = {}): Graph {
  const frozen = graph.inputs.filter(({ name }) => graph.constants.has(name))
  if (frozen.length === 0) return graph
  const constants = new Map(graph.constants)
  for (const { name } of frozen) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value) constants.set(name, constant(value))
  }
  return { ...graph, inputs: graph.inputs.filter((input) => !frozen.includes(input)), constants }
}
