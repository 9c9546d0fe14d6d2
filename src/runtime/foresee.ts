/** Answers that follow without a run, and the part of a graph that must be run for the others. */

import { type Graph, requiredInputs, usesOf, type ValueInfo } from '../onnx/index.ts'
import type { Dtype, Tensor } from '../tensor/index.ts'
import { type Dims, infer, tensorOf } from './inference/index.ts'
import { inputDims, type ProbeOptions } from './inputs.ts'
import type { Answer, Asked } from './instrument.ts'
import { followContent } from './steering.ts'

export interface Foreseen {
  /** For one image and, if it was asked for, two: what follows for all of them. */
  readonly answers: readonly Answer[]
  /** What is left, and the graph that answers it. */
  readonly asked: Asked
  readonly graph: Graph
  /** Sizes of that graph's inputs, by the number of images. */
  readonly dims: NonNullable<ProbeOptions['dims']>
}

/** @param batches the numbers of images, from one */
export function foresee(graph: Graph, asked: Asked, batches: readonly number[], options: ProbeOptions): Foreseen {
  const { dtypes } = asked
  const { content, sizes } = followContent(graph)
  const all = batches.map((batch) => {
    const inputs = requiredInputs(graph).map((input) => [input.name, inputDims(input, batch, options)] as const)
    // Where sizes depend on what the image shows, only a run with a real image tells.
    return infer(sizes.size > 0 ? { ...graph, nodes: [] } : graph, dtypes, new Map(inputs))
  })
  const answers = all.map(({ dims, values }): Answer => {
    const integers = asked.integers.flatMap((name): [string, Tensor][] => {
      const [own, value] = [dims.get(name), values.get(name)]
      const known = own && value && tensorOf(dtypes.get(name) as Dtype, own, value)
      return known ? [[name, known]] : []
    })
    return { shapes: dims, integers: new Map(integers) }
  })
  const integers = asked.integers.filter((name) => answers.some((answer) => !answer.integers.has(name)))
  const unknown = asked.shapes.filter((name) => answers.some(({ shapes }) => !shapes.has(name)))
  const left: Asked = { shapes: [...new Set([...unknown, ...integers])], integers, dtypes }
  const dimsOf = (name: string) => answers.map(({ shapes }) => shapes.get(name))
  const isKnown = (name: string) => content.has(name) && !dimsOf(name).includes(undefined)
  return {
    answers,
    asked: left,
    graph: rest(graph, left, isKnown, (name) => inputOf(name, dtypes.get(name) as Dtype, dimsOf(name) as Dims[])),
    dims: (input, batch) => {
      const own = graph.inputs.some(({ name }) => name === input.name)
      return own ? options.dims?.(input, batch) : answers[batches.indexOf(batch)]?.shapes.get(input.name)
    },
  }
}

function inputOf(name: string, dtype: Dtype, [one = [], two = one]: readonly Dims[]): ValueInfo {
  return { name, dtype, shape: one.map((dim, i) => (dim === two[i] ? dim : null)) }
}

/**
 * What computes the values asked for, begun at values whose sizes are known: their elements do not matter. Those that do, because
 * they steer operators, follow from sizes and are computed again.
 */
function rest(
  graph: Graph,
  asked: Asked,
  isKnown: (name: string) => boolean,
  toInput: (name: string) => ValueInfo,
): Graph {
  const own = new Set(graph.inputs.map(({ name }) => name))
  const needed = new Set(asked.shapes)
  const begun = new Set<string>()
  const kept = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false
    for (const name of usesOf(node)) (isKnown(name) && !own.has(name) ? begun : needed).add(name)
    return true
  })
  return {
    ...graph,
    inputs: [...graph.inputs.filter(({ name }) => needed.has(name)), ...[...begun].map(toInput)],
    nodes: kept.reverse(),
    outputs: [],
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
  }
}
