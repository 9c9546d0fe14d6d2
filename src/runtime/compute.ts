/** A few nodes run by themselves: numbers in, numbers out, by the same operators that compiled files use. */

import { Builder, type Graph, type Model, type Value } from '../onnx/index.ts'
import type { SessionOptions } from '../platform/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { openProgram, type Program } from './program.ts'

const nothing: Graph = {
  name: 'compute',
  inputs: [],
  outputs: [],
  nodes: [],
  constants: new Map(),
  valueTypes: new Map(),
}

/**
 * @param like the tensors that will be given: their types and ranks (sizes may differ)
 * @param write writes the nodes; its values become the program's outputs, by name
 */
export function openComputation(
  like: Readonly<Record<string, Pick<Tensor, 'dtype' | 'dims'>>>,
  write: (builder: Builder, inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
  options: SessionOptions = {},
): Promise<Program> {
  const builder = new Builder(nothing)
  const inputs = Object.fromEntries(
    Object.entries(like).map(([name, { dtype, dims }]) => [
      name,
      builder.input(
        name,
        dtype,
        dims.map(() => null),
      ),
    ]),
  )
  const outputs = Object.entries(write(builder, inputs)).map(([name, value]) => builder.named('Identity', name, value))
  const model: Model = {
    graph: builder.finish(outputs),
    opsets: { '': 18 },
    irVersion: 8,
    producer: 'fovea',
    metadata: {},
    functions: [],
  }
  return openProgram(model, options)
}

/** `openComputation` for one run. */
export async function compute(
  feeds: Readonly<Record<string, Tensor>>,
  write: Parameters<typeof openComputation>[1],
  options: SessionOptions = {},
): Promise<Record<string, Tensor>> {
  await using program = await openComputation(feeds, write, options)
  return await program.run(feeds)
}
