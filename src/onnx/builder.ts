/**
 * Writes nodes as one writes maths: `op.Mul(dy, op.Cos(x))`. Node and value names come from the scope (the forward node that
 * they serve), so a printed graph explains itself.
 */

import { FoveaError } from '../error/index.ts'
import { type Dtype, int64, type Tensor } from '../tensor/index.ts'
import { type AttributeValue, toAttribute } from './attributes.ts'
import { outputDtypes, valueDtypes } from './dtypes.ts'
import { toInt64 } from './encode.ts'
import { constant, type Dimension, type Graph, type Node, type ValueInfo } from './graph.ts'
import type { Operator } from './operators.ts'
import { floatTensor } from './tensor-message.ts'

/** A named tensor in a graph under construction. */
export interface Value {
  readonly name: string
  readonly dtype: Dtype
}

/** A value; a number (a scalar of the first value's type that is not bool); a list of integers (an int64 vector); null (left out). */
export type Operand = Value | number | readonly number[] | null
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Adds one node and returns its first output; the last argument may be its attributes. */
export type Write = (...operands: (Operand | Attributes)[]) => Value

export type Ops = { readonly [K in Operator]: Write } & {
  /** A node with several outputs. */
  many(operator: Operator, outputs: number, ...operands: (Operand | Attributes)[]): Value[]
}

export class Builder {
  readonly op: Ops
  #prefix = 'fovea'
  readonly #from: Graph
  readonly #nodes: Node[] = []
  readonly #constants = new Map<string, ReturnType<typeof constant>>()
  readonly #inputs: ValueInfo[] = []
  readonly #names = new Map<string, number>()
  readonly #dtypes: Map<string, Dtype>

  constructor(from: Graph) {
    this.#from = from
    this.#dtypes = valueDtypes(from)
    const many = (operator: string, outputs: number, ...operands: (Operand | Attributes)[]) =>
      this.#write(operator, outputs, operands)
    this.op = new Proxy({} as Ops, {
      get: (_, operator: string) =>
        operator === 'many' ? many : (...operands: (Operand | Attributes)[]) => this.#write(operator, 1, operands)[0],
    })
  }

  /** A value of the graph that exists already. @throws FoveaError FOVEA_MODEL when it does not */
  value(name: string): Value {
    const dtype = this.#dtypes.get(name)
    if (dtype) return { name, dtype }
    throw new FoveaError('FOVEA_MODEL', `The graph has no value '${name}' of a known type.`, { tensor: name })
  }

  dtype(name: string): Dtype | undefined {
    return this.#dtypes.get(name)
  }

  /** Names what is written inside `body` after `scope` (a forward node, a method). */
  within<T>(scope: string, body: () => T): T {
    const outer = this.#prefix
    this.#prefix = scope
    try {
      return body()
    } finally {
      this.#prefix = outer
    }
  }

  input(name: string, dtype: Dtype, shape: readonly Dimension[], otherwise?: Tensor): Value {
    this.#inputs.push({ name, dtype, shape })
    if (otherwise) this.#constants.set(name, constant(otherwise))
    this.#dtypes.set(name, dtype)
    return { name, dtype }
  }

  constant(tensor: Tensor, name = 'constant'): Value {
    const unique = this.#unique(`${this.#prefix}/${name}`)
    this.#constants.set(unique, constant(tensor))
    this.#dtypes.set(unique, tensor.dtype)
    return { name: unique, dtype: tensor.dtype }
  }

  /** A scalar in the precision of `like`; equal scalars share one constant. */
  scalar(value: number, like: Dtype = 'float32'): Value {
    return this.shared(`fovea/${value}:${like}`, () => floatTensor(like, [], [value]))
  }

  integers(values: readonly number[]): Value {
    return this.shared(`fovea/[${values}]`, () => int64([values.length], values.map(toInt64)))
  }

  /** One node whose name and output are exactly `name`: for values that others ask for by name. */
  named(operator: Operator, name: string, ...operands: (Operand | Attributes)[]): Value {
    const [value] = this.#write(operator, 1, operands, name)
    return value as Value
  }

  /** The graph with everything written so far behind its own nodes, and the given outputs after its own. */
  finish(outputs: readonly ValueInfo[] = []): Graph {
    return {
      ...this.#from,
      inputs: [...this.#from.inputs, ...this.#inputs],
      outputs: [...this.#from.outputs, ...outputs],
      nodes: [...this.#from.nodes, ...this.#nodes],
      constants: new Map([...this.#from.constants, ...this.#constants]),
    }
  }

  /** One constant for all who ask for it by this name. */
  shared(name: string, make: () => Tensor): Value {
    const dtype = this.#dtypes.get(name)
    if (dtype) return { name, dtype }
    const made = make()
    this.#constants.set(name, constant(made))
    this.#dtypes.set(name, made.dtype)
    return { name, dtype: made.dtype }
  }

  #write(op: string, outputs: number, operands: (Operand | Attributes)[], as?: string): Value[] {
    const last = operands.at(-1)
    const attributes = isAttributes(last) ? last : {}
    const given = (isAttributes(last) ? operands.slice(0, -1) : operands) as Operand[]
    const like = given.filter(isValue).find(({ dtype }) => dtype !== 'bool')?.dtype ?? 'float32'
    const inputs = given.map((operand) => this.#operand(operand, like))
    const name = as ?? this.#unique(`${this.#prefix}/${op}`)
    const node: Node = {
      op,
      domain: '',
      name,
      inputs,
      outputs: outputs === 1 ? [name] : Array.from({ length: outputs }, (_, i) => `${name}:${i}`),
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)])),
    }
    this.#nodes.push(node)
    const types = outputDtypes(
      node,
      inputs.map((input) => this.#dtypes.get(input)),
    )
    return node.outputs.map((output, i) => {
      const dtype = types[i] ?? like
      this.#dtypes.set(output, dtype)
      return { name: output, dtype }
    })
  }

  #operand(operand: Operand, like: Dtype): string {
    if (operand === null) return ''
    if (typeof operand === 'number') return this.scalar(operand, like).name
    return isValue(operand) ? operand.name : this.integers(operand).name
  }

  #unique(name: string): string {
    if (this.#names.size === 0) {
      // A value of unknown type has a name, too.
      const outputs = this.#from.nodes.flatMap((node) => node.outputs)
      for (const taken of [...this.#dtypes.keys(), ...outputs]) this.#names.set(taken, 0)
    }
    const times = this.#names.get(name)
    this.#names.set(name, (times ?? 0) + 1)
    return times === undefined ? name : this.#unique(`${name}_${times + 1}`)
  }
}

function isValue(operand: unknown): operand is Value {
  return typeof operand === 'object' && operand !== null && 'dtype' in operand && 'name' in operand
}

function isAttributes(operand: unknown): operand is Attributes {
  return typeof operand === 'object' && operand !== null && !Array.isArray(operand) && !isValue(operand)
}
