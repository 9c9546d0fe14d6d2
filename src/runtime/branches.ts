/**
 * Replaces each If whose condition follows from constants and shapes by the branch that it takes, so that its operators can be
 * measured and differentiated like all others. An If that looks at the image stays.
 */

import { constantOf, inlineBranches, type Model, type Node, withGraph } from '../onnx/index.ts'
import { numbers, type Tensor } from '../tensor/index.ts'
import { canBatch, inputsFor, type ProbeOptions } from './inputs.ts'
import { openProgram } from './program.ts'
import { contentDependent } from './steering.ts'

/** The same model without the Ifs that always go one way, for images of the probed size. Nothing is run where there are none. */
export async function takeBranches(model: Model, options: ProbeOptions = {}): Promise<Model> {
  const taken = await branchesTaken(model, options)
  return taken.size === 0 ? model : takeBranches(inlineBranches(model, taken), options)
}

/** For each If of the main graph that always goes one way whether it is 'then'. */
async function branchesTaken(model: Model, options: ProbeOptions): Promise<Map<Node, boolean>> {
  const { graph } = model
  const ifs = graph.nodes.filter((node) => node.op === 'If' && node.domain === '')
  if (ifs.length === 0) return new Map()
  const depends = contentDependent(graph)
  const condition = (node: Node) => node.inputs[0] as string
  const certain = ifs.filter((node) => !depends.has(condition(node)))
  const computed = [...new Set(certain.map(condition))].filter((name) => !constantOf(graph, name))
  const measured = computed.length > 0 ? await conditions(model, computed, options) : new Map<string, boolean>()
  return new Map(
    certain.flatMap((node): [Node, boolean][] => {
      const constant = constantOf(graph, condition(node))
      const value = constant ? isTrue(constant.read()) : measured.get(condition(node))
      return value === undefined ? [] : [[node, value]]
    }),
  )
}

/** The conditions that are the same for one image and for two. */
async function conditions(
  model: Model,
  names: readonly string[],
  options: ProbeOptions,
): Promise<Map<string, boolean>> {
  const { graph } = model
  const outputs = names.map((name) => ({ name, dtype: 'bool' as const }))
  const instrumented = withGraph(model, { ...graph, outputs })
  await using program = await openProgram(instrumented, { optimization: 'disabled', device: options.device ?? 'auto' })
  const one = await program.run(inputsFor(graph, 1, options))
  const two = canBatch(graph) ? await program.run(inputsFor(graph, 2, options)).catch(() => one) : one
  const same = names.filter((name) => isTrue(one[name] as Tensor) === isTrue(two[name] as Tensor))
  return new Map(same.map((name) => [name, isTrue(one[name] as Tensor)]))
}

const isTrue = (condition: Tensor) => numbers(condition)[0] === 1
