/**
 * Asks a graph for the sizes of its values and the elements of some. All answers leave in one vector an element type: ONNX Runtime's
 * time grows with the square of a graph's outputs and of a node's inputs.
 */

import { constant, type Graph, type Node, type ValueInfo } from '../onnx/index.ts'
import { type Dtype, numbers, sizeOf, type Tensor, tensor } from '../tensor/index.ts'

/** Computed values by name: those whose sizes are wanted, and those of them whose elements are, too. */
export interface Asked {
  readonly shapes: readonly string[]
  readonly integers: readonly string[]
  readonly dtypes: ReadonlyMap<string, Dtype>
}

/** What one run says. */
export interface Answer {
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly integers: ReadonlyMap<string, Tensor>
}

const separator = 'probe/end'
const flat = 'probe/flat'
const widest = 64

/** The graph with the answers as its only outputs: `probe/shapes`, each shape followed by -1, and `probe/<dtype>`. */
export function instrument(graph: Graph, { shapes, integers, dtypes }: Asked): Graph {
  const outputs: ValueInfo[] = []
  const nodes: Node[] = []
  const add = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}) => {
    nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes })
    return output
  }
  const concat = (inputs: readonly string[], output: string): string => {
    if (inputs.length <= widest) return add('Concat', inputs, output, { axis: { type: 'int', value: 0 } })
    const starts = Array.from({ length: Math.ceil(inputs.length / widest) }, (_, i) => i * widest)
    const parts = starts.map((from) => concat(inputs.slice(from, from + widest), `probe/part/${nodes.length}`))
    return concat(parts, output)
  }
  const join = (inputs: readonly string[], output: string, dtype: Dtype) => {
    if (inputs.length > 0) outputs.push({ name: concat(inputs, output), dtype })
  }
  const sizes = shapes.flatMap((name, i) => [add('Shape', [name], `probe/shape/${i}`), separator])
  join(sizes, 'probe/shapes', 'int64')
  for (const [dtype, names] of byType(integers, dtypes)) {
    const vectors = names.map((name, i) => add('Reshape', [name, flat], `probe/${dtype}/of/${i}`))
    join(vectors, `probe/${dtype}`, dtype)
  }
  const minusOne = constant(tensor('int64', [1], BigInt64Array.of(-1n)))
  const constants = new Map([...graph.constants, [separator, minusOne], [flat, minusOne]])
  return { ...graph, nodes: [...graph.nodes, ...nodes], outputs, constants }
}

export function answerOf({ shapes, integers, dtypes }: Asked, answers: Readonly<Record<string, Tensor>>): Answer {
  const sizes = new Map<string, readonly number[]>()
  let dims: number[] = []
  for (const size of answers['probe/shapes'] ? numbers(answers['probe/shapes']) : []) {
    if (size >= 0) dims.push(size)
    else {
      sizes.set(shapes[sizes.size] as string, dims)
      dims = []
    }
  }
  const values = new Map<string, Tensor>()
  for (const [dtype, names] of byType(integers, dtypes)) {
    const { data } = answers[`probe/${dtype}`] as Tensor<'int64'>
    let at = 0
    for (const name of names) {
      const own = sizes.get(name) ?? []
      values.set(name, { dtype, dims: own, data: data.slice(at, at + sizeOf(own)) } as Tensor)
      at += sizeOf(own)
    }
  }
  return { shapes: sizes, integers: values }
}

function byType(names: readonly string[], dtypes: ReadonlyMap<string, Dtype>): Map<Dtype, string[]> {
  const groups = new Map<Dtype, string[]>()
  for (const name of names) {
    const dtype = dtypes.get(name) as Dtype
    const group = groups.get(dtype)
    if (group) group.push(name)
    else groups.set(dtype, [name])
  }
  return groups
}
