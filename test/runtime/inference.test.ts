/** What is inferred is what ONNX Runtime makes of it, operator by operator. */

import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/onnx/index.ts'
import { readModel, valueDtypes } from '../../src/onnx/index.ts'
import { type Feeds } from '../../src/platform/index.ts'
import { readValues } from '../../src/runtime/index.ts'
import { infer } from '../../src/runtime/inference/index.ts'
import { numbers, type Tensor } from '../../src/tensor/index.ts'
import { attentions } from '../autodiff/cases-attention.ts'
import { convolutionRows } from '../autodiff/cases-convolution.ts'
import { activation, elementwise } from '../autodiff/cases-elementwise.ts'
import { linear } from '../autodiff/cases-linear.ts'
import { movementRows } from '../autodiff/cases-movement.ts'
import { normalization } from '../autodiff/cases-normalization.ts'
import { poolingRows } from '../autodiff/cases-pooling.ts'
import { reduction } from '../autodiff/cases-reduction.ts'
import { resizeRows } from '../autodiff/cases-resize.ts'
import { samplingRows } from '../autodiff/cases-sampling.ts'
import { scatterRows } from '../autodiff/cases-scatter.ts'
import { inputName, inputOf, modelOf, type Row } from '../autodiff/row.ts'
import { array, bytes, nets } from '../fixture-nets.ts'

/** How many sizes and values were inferred; each is compared with the run. */
async function compare(made: Model, feeds: Feeds): Promise<{ sizes: number; values: number; of: number }> {
  const { graph } = made
  const dtypes = valueDtypes(graph)
  const inputs = new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims]))
  const { dims, values } = infer(graph, dtypes, inputs)
  const computed = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && dtypes.has(name))
  const real = await readValues(made, feeds, computed, { optimization: 'disabled', threads: 1 })
  let [sizes, known] = [0, 0]
  for (const name of computed) {
    const value = real[name] as Tensor
    if (dims.has(name)) expect(dims.get(name), name).toEqual(value.dims)
    if (values.has(name)) expect(values.get(name), name).toEqual([...numbers(value)])
    if (dims.has(name)) sizes++
    if (values.has(name)) known++
  }
  return { sizes, values: known, of: computed.length }
}

const feedsOf = (row: Row, batch: number): Feeds =>
  Object.fromEntries(
    row.inputs.flatMap((input, i) =>
      input && !row.constants?.includes(i) ? [[inputName(i), inputOf(row, i, 'float32', batch)] as const] : [],
    ),
  )

const families: Readonly<Record<string, readonly Row[]>> = {
  attention: attentions,
  convolution: convolutionRows,
  elementwise: [...elementwise, ...activation],
  linear,
  movement: movementRows,
  normalization,
  pooling: poolingRows,
  reduction,
  resize: resizeRows,
  sampling: samplingRows,
  scatter: scatterRows,
}

describe.each(Object.entries(families))('the rows of %s', (_, rows) => {
  it.each(rows.map((row) => [`${row.operator}: ${row.name}`, row] as const))('%s', async (_, row) => {
    for (const batch of row.batch ? [1, 3] : [1]) await compare(modelOf(row, 'float32'), feedsOf(row, batch))
  })
})

describe('networks', () => {
  const files = nets.flatMap((entry) => entry.models.map(({ file }) => [file, entry] as const))
  it.each(files)('%s: everything follows without a run', async (file, entry) => {
    const read = readModel(bytes(file))
    const input = read.graph.inputs[0]?.name as string
    const { sizes, of } = await compare(read, { [input]: array(entry, 'x') })
    expect(sizes).toBe(of)
  })
})
