/** Measures nodes that were added to a measured graph, by running them alone on noise of the shapes that they read. */

import {
  constantOf,
  type Graph,
  type Measured,
  type Model,
  type Shape,
  type ValueInfo,
  valueDtypes,
  withGraph,
} from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { probe } from './probe.ts'

/** The measurements of `before` and, beside them, those of what `model` has more. */
export async function extend(
  measured: Measured,
  before: Graph,
  model: Model,
  device: Device = 'auto',
): Promise<Measured> {
  const old = new Set(before.nodes)
  const added = model.graph.nodes.filter((node) => !old.has(node))
  if (added.length === 0) return measured
  const made = new Set(added.flatMap((node) => node.outputs))
  const dtypes = valueDtypes(model.graph)
  const used = new Set(added.flatMap((node) => node.inputs).filter((name) => name !== '' && !made.has(name)))
  const own = model.graph.inputs.filter(({ name }) => used.has(name))
  /** Also those of Constant nodes: noise instead of a shape or an axis would not run. */
  const constants = new Map(
    [...used].flatMap((name) => {
      const known = model.graph.constants.get(name) ?? constantOf(model.graph, name)
      return known ? [[name, known] as const] : []
    }),
  )
  const frontier = [...used].filter((name) => !constants.has(name) && !own.some((input) => input.name === name))
  const inputs = frontier.map((name): ValueInfo => {
    const shape = measured.shapes.get(name) as Shape
    return {
      name,
      dtype: dtypes.get(name) ?? 'float32',
      shape: shape.dims.map((dim, i) => (shape.batch[i] ? null : dim)),
    }
  })
  const graph: Graph = {
    ...model.graph,
    inputs: [...inputs, ...own],
    nodes: added,
    outputs: [],
    constants,
  }
  const more = await probe(withGraph(model, graph), {
    device,
    dims: ({ name, shape: declared }, batch) => {
      const shape = measured.shapes.get(name)
      // What was added may take batches that the model does not.
      if (!shape && measured.batch !== true) return declared?.map((dim) => (typeof dim === 'number' ? dim : 1))
      return shape?.dims.map((dim, i) => (shape.batch[i] ? dim * batch : dim))
    },
  })
  return {
    shapes: new Map([...measured.shapes, ...more.shapes]),
    integers: new Map([...measured.integers, ...more.integers]),
    batch: measured.batch,
  }
}
