/** Methods of one model as one program: the forward pass, which all of them need, is there and runs once. */

import { graft, type Model, type ValueInfo, withGraph } from '../onnx/index.ts'
import type { CompiledMethod } from './compile.ts'

export interface Together {
  readonly model: Model
  /** The methods, with the names that their outputs have in the program of all. */
  readonly parts: readonly CompiledMethod[]
}

/** @param compiled at least one, all made from the same opened model, with the class 'required' */
export function together(compiled: readonly CompiledMethod[]): Together {
  const [first, ...others] = compiled as [CompiledMethod, ...CompiledMethod[]]
  let { graph } = first.model
  const parts = [first]
  for (const [i, other] of others.entries()) {
    const own = other.model.graph
    const grown = graft(graph, own, new Map(), `${other.method.name}-${i + 2}`)
    const named = <T extends ValueInfo | undefined>(info: T): T => info && { ...info, name: grown.name(info.name) }
    const known = new Set(graph.inputs.map(({ name }) => name))
    const outputs = new Set(graph.outputs.map(({ name }) => name))
    graph = {
      ...grown.graph,
      inputs: [...graph.inputs, ...own.inputs.filter(({ name }) => !known.has(name))],
      outputs: [...graph.outputs, ...own.outputs.map(named).filter(({ name }) => !outputs.has(name))],
    }
    parts.push(renamed(other, named))
  }
  return { model: withGraph(first.model, graph, { irVersion: first.model.irVersion }), parts }
}

function renamed(part: CompiledMethod, named: <T extends ValueInfo | undefined>(info: T) => T): CompiledMethod {
  const all = (infos: Readonly<Record<string, ValueInfo>>) =>
    Object.fromEntries(Object.entries(infos).map(([word, info]) => [word, named(info)]))
  const { heatmap, score, sums, classes, details = {} } = part
  return {
    ...part,
    heatmap: named(heatmap),
    score: named(score),
    sums: sums && { sum: named(sums.sum), promised: named(sums.promised) },
    classes: all(classes as Readonly<Record<string, ValueInfo>>) as CompiledMethod['classes'],
    details: all(details),
  }
}
