/**
 * Lifts a model of opset 7 to 17 of the default domain to the forms of opset 18, so that the rest of Fovea sees one dialect. Only
 * what changed its form is touched; outputs stay the same bits. Which forms changed when: the change logs of ONNX's operators.
 */

import { FoveaError } from '../../error/index.ts'
import type { Dtype, Tensor } from '../../tensor/index.ts'
import { valueDtypes } from '../dtypes.ts'
import { withGraph } from '../encode.ts'
import {
  type Constant,
  constant,
  constantOf,
  type FunctionDefinition,
  type Graph,
  type Model,
  type Node,
  withSubgraphs,
} from '../graph.ts'
import { Names } from '../names.ts'
import { type Adapters, Lift, type Surroundings } from './adapter.ts'
import { adapters } from './adapters.ts'
import { valueRanks } from './ranks.ts'

export const oldest = 7
/** The newest opset that ONNX Runtime 1.30.0 takes as released (27 it calls "under development" and refuses). */
export const newest = 26
/** The form that the rest of Fovea knows, and the first IR version that goes with it. */
export const target = 18
const irOfTarget = 8

/**
 * The model in opset-18 form; a model of opset 18 or later is returned as it is.
 * @param file what error messages call the model
 * @throws FoveaError FOVEA_OPSET for an opset outside `oldest` to `newest`; FOVEA_UNSUPPORTED_OP for the few old forms that only
 * training or Scan over unequal sequences used; FOVEA_MODEL for a node that lacks what its operator requires
 */
export function upgrade(model: Model, file = 'The model'): Model {
  const opset = checkedOpset(model.opsets, file)
  const behind = model.functions.some((f) => (f.opsets[''] ?? target) < target)
  if (opset >= target && !behind) return model
  const names = new Names(model)
  const graph = opset < target ? liftGraph(withoutDefaults(model), opset, names) : model.graph
  const functions = model.functions.map((f) => liftFunction(f, file, names))
  const opsets = { ...model.opsets, '': Math.max(opset, target) }
  return withGraph(model, graph, { functions, opsets, irVersion: Math.max(model.irVersion, irOfTarget) })
}

function checkedOpset(opsets: Readonly<Record<string, number>>, file: string): number {
  const opset = opsets['']
  if (opset !== undefined && opset >= oldest && opset <= newest) return opset
  const uses = opset === undefined ? 'names no opset of the standard operators' : `uses opset ${opset}`
  throw new FoveaError(
    'FOVEA_OPSET',
    `${file} ${uses}; Fovea knows ${oldest} to ${newest}. Export it with opset_version=${target}.`,
    { ...(opset === undefined ? {} : { opset }), expected: `${oldest} to ${newest}` },
  )
}

/** Before IR version 4 every initializer had to be listed as an input, too; none of them could be overridden. */
function withoutDefaults({ graph, irVersion }: Model): Graph {
  if (irVersion >= 4) return graph
  return { ...graph, inputs: graph.inputs.filter((input) => !graph.constants.has(input.name)) }
}

interface Outer {
  readonly dtypes: ReadonlyMap<string, Dtype>
  readonly ranks: ReadonlyMap<string, number>
}

function liftGraph(graph: Graph, opset: number, names: Names, outer?: Outer): Graph {
  const constants = new Map(graph.constants)
  const dtypes = valueDtypes(graph, outer?.dtypes)
  const ranks = valueRanks(graph, outer?.ranks)
  const outputs = new Set(graph.outputs.map((info) => info.name))
  const around: Surroundings = {
    unique: (name) => names.unique(name),
    store: (name, tensor) => {
      const stored = names.unique(name)
      constants.set(stored, constant(tensor))
      return stored
    },
    dtype: (name) => dtypes.get(name),
    rank: (name) => ranks.get(name),
    constant: (name) => constantOf(graph, name),
    used: (name) => outputs.has(name) || names.read(name),
  }
  const inside = (inner: Graph) => liftGraph(inner, opset, names, { dtypes, ranks })
  const nodes = graph.nodes.flatMap((node) => liftNode(withSubgraphs(node, inside), opset, around))
  const same = nodes.length === graph.nodes.length && nodes.every((node, i) => node === graph.nodes[i])
  return same ? graph : { ...graph, nodes, constants }
}

/** A function's body has no initializers: constants become Constant nodes. */
function liftFunction(definition: FunctionDefinition, file: string, names: Names): FunctionDefinition {
  if (definition.opsets[''] === undefined) return definition
  const opset = checkedOpset(definition.opsets, `The function ${definition.name} of ${file}`)
  if (opset >= target) return definition
  const stored: Node[] = []
  const around: Surroundings = {
    unique: (name) => names.unique(name),
    store: (name, tensor) => {
      stored.push(constantNode(names.unique(name), tensor))
      return stored.at(-1)?.name as string
    },
    dtype: () => undefined,
    rank: () => undefined,
    constant: (name) => constantIn(definition.nodes, name),
    used: (name) => definition.outputs.includes(name) || names.read(name),
  }
  const inside = (inner: Graph) => liftGraph(inner, opset, names)
  const nodes = definition.nodes.flatMap((node) => liftNode(withSubgraphs(node, inside), opset, around))
  return { ...definition, nodes: [...stored, ...nodes], opsets: { ...definition.opsets, '': target } }
}

function constantNode(name: string, tensor: Tensor): Node {
  const value = { type: 'tensor', value: constant(tensor) } as const
  return { op: 'Constant', domain: '', name, inputs: [], outputs: [name], attributes: { value } }
}

function constantIn(nodes: readonly Node[], name: string): Constant | undefined {
  const value = nodes.find((node) => node.op === 'Constant' && node.outputs[0] === name)?.attributes.value
  return value?.type === 'tensor' ? value.value : undefined
}

/** The node in its form of `target`, with the nodes that it now needs around it. */
function liftNode(node: Node, opset: number, around: Surroundings, table: Adapters = adapters): Node[] {
  if (node.domain !== '') return [node]
  const lift = new Lift(node, around)
  let lifted = node
  for (let version = opset + 1; version <= target; version++) {
    const forms = Object.hasOwn(table, lifted.op) ? table[lifted.op] : undefined
    lifted = forms?.[version]?.(lifted, lift) ?? lifted
  }
  return [...lift.before, lifted, ...lift.after]
}
