/**
 * Backward passes run in single precision at least: a gradient of a thousandth, spread over a map, is lost among the halves (the least
 * of which is 6e-8), and sums of squares overflow. The forward pass stays as it is; what rules read of it is converted, once each.
 */

import type { Builder, Graph, Value } from '../onnx/index.ts'
import type { Dtype } from '../tensor/index.ts'

export class Widening {
  readonly #builder: Builder
  readonly #casts = new Map<string, Value>()
  readonly #originals = new Map<string, string>()

  constructor(builder: Builder) {
    this.#builder = builder
  }

  /** A value of the graph as rules see it: halves in float32. */
  value(name: string): Value {
    const value = this.#builder.value(name)
    if (widened(value.dtype) === value.dtype) return value
    const known = this.#casts.get(name)
    if (known) return known
    const cast = this.#builder.within(`gradient/${name}`, () => this.#builder.op.Cast(value, { to: 1 }))
    this.#casts.set(name, cast)
    this.#originals.set(cast.name, name)
    return cast
  }

  /** The name of the value that a conversion was made of; any other name as it is. */
  original(name: string): string {
    return this.#originals.get(name) ?? name
  }

  /** The graph without conversions that nobody reads; sizes are asked of the originals. */
  tidy(graph: Graph): Graph {
    if (this.#casts.size === 0) return graph
    const sized = graph.nodes.map((node) =>
      node.op === 'Shape' || node.op === 'Size'
        ? { ...node, inputs: node.inputs.map((name) => this.original(name)) }
        : node,
    )
    const read = new Set(sized.flatMap((node) => node.inputs))
    const nodes = sized.filter(({ outputs: [name = ''] }) => read.has(name) || !this.#originals.has(name))
    return { ...graph, nodes }
  }
}

/** The precision of a gradient at a value of this type. */
export const widened = (dtype: Dtype): Dtype => (dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype)
