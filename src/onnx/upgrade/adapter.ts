/** What an adapter is, and what it can ask for and write while it turns one node into its next form. */

import { FoveaError } from '../../error/index.ts'
import { type Dtype, float32, int64, type Tensor } from '../../tensor/index.ts'
import { type AttributeReader, type AttributeValue, attributesOf, toAttribute } from '../attributes.ts'
import { toInt64 } from '../encode.ts'
import type { Attribute, Constant, Node } from '../graph.ts'
import { floatTensor } from '../tensor-message.ts'

/** Gives the node in the form of the version under which it stands in the table; helper nodes go through `lift`. */
export type Adapter = (node: Node, lift: Lift) => Node

/** Operator -> version since which its form is another -> how to get there. */
export type Adapters = Readonly<Record<string, Readonly<Record<number, Adapter>>>>

/** Where the node stands: the graph, subgraph or function body that is being lifted. */
export interface Surroundings {
  unique(name: string): string
  /** Stores a constant and returns its name. */
  store(name: string, tensor: Tensor): string
  dtype(name: string): Dtype | undefined
  rank(name: string): number | undefined
  constant(name: string): Constant | undefined
  /** Whether anything reads the value. */
  used(name: string): boolean
}

type Attributes = Readonly<Record<string, AttributeValue>>

export class Lift {
  readonly before: Node[] = []
  readonly after: Node[] = []
  readonly around: Surroundings
  readonly #scope: string

  constructor(node: Node, around: Surroundings) {
    this.around = around
    this.#scope = node.name || node.outputs.find(Boolean) || node.op
  }

  /** A new name in the node's scope. */
  fresh(name: string): string {
    return this.around.unique(`${this.#scope}/${name}`)
  }

  integers(name: string, values: readonly number[]): string {
    return this.around.store(`${this.#scope}/${name}`, int64([values.length], values.map(toInt64)))
  }

  floats(name: string, values: readonly number[]): string {
    return this.around.store(`${this.#scope}/${name}`, float32([values.length], values))
  }

  floatScalar(name: string, value: number): string {
    return this.around.store(`${this.#scope}/${name}`, float32([], [value]))
  }

  /** A scalar of the element type of the value `like`; where that is not known, it is cast when the model runs. */
  scalar(name: string, value: number, like: string): string {
    const dtype = this.around.dtype(like)
    const stored = this.around.store(`${this.#scope}/${name}`, floatTensor(dtype ?? 'float32', [], [value]))
    return dtype ? stored : this.write('CastLike', [stored, like])
  }

  /** Adds a node (in its opset-18 form) before the adapted one and returns its output. */
  write(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const node = this.#node(op, inputs, [this.fresh(op)], attributes)
    this.before.push(node)
    return node.outputs[0] as string
  }

  /** Adds a node after the adapted one that computes `output`. */
  follow(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): void {
    this.after.push(this.#node(op, inputs, [output], attributes))
  }

  #node(op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): Node {
    return {
      op,
      domain: '',
      name: this.fresh(op),
      inputs,
      outputs,
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)])),
    }
  }
}

/** The node with other inputs, outputs or operator, without the attributes `drop` and with those in `add`. */
export function changed(
  node: Node,
  to: Partial<Pick<Node, 'op' | 'inputs' | 'outputs'>>,
  { drop = [], add = {} }: { drop?: readonly string[]; add?: Attributes } = {},
): Node {
  const kept = Object.entries(node.attributes).filter(([name]) => !drop.includes(name) && !(name in add))
  const added = Object.entries(add).map(([name, value]): [string, Attribute] => [name, toAttribute(value)])
  return { ...node, ...to, attributes: Object.fromEntries([...kept, ...added]) }
}

/** The name of a node's input. @throws FoveaError FOVEA_MODEL when a required one is missing */
export function input(node: Node, index: number): string {
  const name = node.inputs[index]
  if (name) return name
  throw new FoveaError('FOVEA_MODEL', `${describe(node)} lacks its input ${index}.`, { node: node.name, op: node.op })
}

export function output(node: Node): string {
  const name = node.outputs[0]
  if (name) return name
  throw new FoveaError('FOVEA_MODEL', `${describe(node)} has no output.`, { node: node.name, op: node.op })
}

/** An attribute that the operator requires. @throws FoveaError FOVEA_MODEL when it is absent */
export function required<T>(node: Node, name: string, read: (attributes: AttributeReader) => T | undefined): T {
  const value = read(attributesOf(node))
  if (value !== undefined) return value
  throw new FoveaError('FOVEA_MODEL', `${describe(node)} lacks its attribute '${name}'.`, {
    node: node.name,
    op: node.op,
  })
}

const describe = (node: Node) => `${node.op} node '${node.name || node.outputs.join(', ')}'`
