/**
 * Checks the gradient of an operator against central differences of the forward graph alone, in double precision where ONNX
 * Runtime has double kernels for it. Both gradients, float64 and float32, are compared; the float16 one with the float32 one.
 */

import { expect, it } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { FoveaError } from '../../src/error/index.ts'
import { Builder, type Graph, type Measured, withGraph } from '../../src/onnx/index.ts'
import { openProgram, type Program, probe } from '../../src/runtime/index.ts'
import { numbers, type Tensor } from '../../src/tensor/index.ts'
import { compare, differences, type Feeds, placesIn } from './differences.ts'
import { inputName, inputOf, modelOf, type Precision, type Row, weighted } from './row.ts'

export type { Input, Row } from './row.ts'

export interface Options {
  /** Also in float16, against float32. */
  readonly half?: boolean
  /** Also the gradient of the gradient: at the inputs of `wrt`, or at these (a gradient that is constant has none). */
  readonly second?: boolean | readonly number[]
  /** The gradient may be zero everywhere. */
  readonly zero?: boolean
}

/** Largest difference, in units of the tolerance: 1 is the limit. */
export interface Report {
  readonly row: string
  readonly differences: 'float64' | 'float32'
  readonly float64?: number
  readonly float32: number
  readonly float16?: number
  readonly second?: number
}

/** One test a row. */
export function checkRows(rows: readonly (Row & Options)[]): void {
  for (const row of rows)
    it(`${row.operator}: ${row.name}`, async () => {
      const report = await checkRow(row)
      if (process.env.FOVEA_ERRORS) process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

export async function checkRow(row: Row & Options): Promise<Report> {
  await using subject = await open(row)
  const report: Record<string, number> = {}
  const note = (name: string, error: number) => {
    report[name] = Math.max(report[name] ?? 0, error)
  }
  for (const batch of row.batch ? [1, 3] : [1]) {
    const feeds = feedsOf(row, subject.precision, batch)
    for (const i of row.wrt ?? [0]) {
      const name = gradientName(inputName(i))
      const given = feeds[inputName(i)] as Tensor
      const gradients: { precision: Precision; got: Tensor }[] = []
      for (const { precision, program } of subject.backward) {
        if (precision === 'float16') continue
        const results = await program.run(feedsOf(row, precision, batch), { fetches: [name] })
        gradients.push({ precision, got: results[name] as Tensor })
      }
      const first = numbers((gradients[0] as (typeof gradients)[0]).got)
      const places = placesIn(first, batch === 1 ? 8 : 4)
      const slopes = await differences(subject.forward, feeds, inputName(i), places)
      const matters = slopes.some((s) => Math.abs(s) > 1e-6)
      if (!row.zero) expect(matters, `${row.name}: x${i} matters`).toBe(true)
      for (const { precision, got } of gradients) {
        const place = `${row.operator} ${row.name}: x${i}, batch ${batch}, ${precision}`
        expect(got.dims, `${place}: shape`).toEqual(given.dims)
        const values = numbers(got)
        const exact = row.rough ? 'float32' : precision
        const level = subject.precision === 'float64' ? exact : 'measured'
        note(
          precision,
          compare(
            place,
            places.map((k) => values[k] as number),
            slopes,
            level,
          ),
        )
      }
    }
  }
  const batch = row.batch ? 3 : 1
  const program = (precision: Precision) => subject.backward.find((b) => b.precision === precision)?.program as Program
  if (row.half) note('float16', await agree(row, program('float16'), program('float32'), batch))
  if (row.second) note('second', await checkSecond(row, subject.precision, batch))
  const name = `${row.domain ? `${row.domain}:` : ''}${row.operator}: ${row.name}`
  return { row: name, differences: subject.precision, ...report } as unknown as Report
}

/** Expects a refusal in one sentence that names the reason. */
export async function checkRefusal(row: Row, reason: RegExp): Promise<void> {
  await expect(differentiated(row)).rejects.toMatchObject({
    code: 'FOVEA_UNSUPPORTED_OP',
    message: expect.stringMatching(reason),
  })
}

/** The gradients at the row's inputs: for kinks, whose answer is a convention. */
export async function gradientsOf(row: Row, precision: Precision = 'float32', batch = 1): Promise<number[][]> {
  await using program = await openBackward(row, precision)
  const results = await program.run(feedsOf(row, precision, batch))
  const of = (i: number) => numbers(results[gradientName(inputName(i))] as Tensor)
  return (row.wrt ?? [0]).map((i) => Array.from(of(i), (v) => v + 0))
}

/** The differentiated graph of a row. */
export async function differentiated(row: Row, precision: Precision = 'float32'): Promise<Graph> {
  const model = modelOf(row, precision)
  const measured = await measuredOf(row)
  const wrt = (row.wrt ?? [0]).map(inputName)
  return differentiate(model.graph, { objective: 'score', wrt, rules: gradient, measured })
}

/** Shapes are the same in every precision: a row is probed once. */
function measuredOf(row: Row): Promise<Measured> {
  let measured = probes.get(row)
  if (!measured) {
    measured = probe(modelOf(row, 'float32'), { feeds: feedsOf(row, 'float32', 1) })
    probes.set(row, measured)
  }
  return measured
}

const probes = new WeakMap<Row, Promise<Measured>>()

interface Subject {
  /** Of the differences. */
  readonly precision: Precision
  readonly forward: Program
  readonly backward: { readonly precision: Precision; readonly program: Program }[]
  [Symbol.asyncDispose](): Promise<void>
}

/** The forward model in the highest precision that runs, and the gradient in all that run. */
async function open(row: Row & Options): Promise<Subject> {
  const double = row.single ? undefined : await openForward(row, 'float64').catch(onlyEngine)
  const forward = double ?? (await openForward(row, 'float32'))
  const backward: Subject['backward'] = [{ precision: 'float32', program: await openBackward(row, 'float32') }]
  const second = double && (await openBackward(row, 'float64').catch(onlyEngine))
  if (second) backward.push({ precision: 'float64', program: second })
  if (row.half) backward.push({ precision: 'float16', program: await openBackward(row, 'float16') })
  return {
    precision: double ? 'float64' : 'float32',
    forward,
    backward,
    async [Symbol.asyncDispose]() {
      for (const program of [forward, ...backward.map((b) => b.program)]) await program[Symbol.asyncDispose]()
    },
  }
}

/** ONNX Runtime has no double kernel for everything. */
function onlyEngine(error: unknown): undefined {
  if (!(error instanceof FoveaError && error.code === 'FOVEA_MODEL')) throw error
}

async function openForward(row: Row, precision: Precision): Promise<Program> {
  return openProgram(modelOf(row, precision), { optimization: 'disabled', threads: 1 })
}

async function openBackward(row: Row, precision: Precision): Promise<Program> {
  const model = modelOf(row, precision)
  const graph = await differentiated(row, precision)
  return openProgram(withGraph(model, { ...graph, outputs: graph.outputs.slice(-(row.wrt ?? [0]).length) }), {
    threads: 1,
  })
}

function feedsOf(row: Row, precision: Precision, batch: number): Feeds {
  const given = row.inputs.flatMap((input, i) => (input && !row.constants?.includes(i) ? [i] : []))
  return Object.fromEntries(given.map((i) => [inputName(i), inputOf(row, i, precision, batch)]))
}

/** Half against single precision, on numbers that half holds. */
async function agree(row: Row, half: Program, single: Program, batch: number): Promise<number> {
  const feeds = feedsOf(row, 'float16', batch)
  const wide = Object.entries(feeds).map(([name, t]) => {
    const widened = { dtype: 'float32', dims: t.dims, data: Float32Array.from(numbers(t)) } as const
    return [name, t.dtype === 'float16' ? widened : t] as const
  })
  const [a, b] = [await half.run(feeds), await single.run(Object.fromEntries(wide))]
  const errors = Object.keys(a).map((name) => {
    const [x, y] = [numbers(a[name] as Tensor), numbers(b[name] as Tensor)]
    return compare(`${row.operator} ${row.name}: ${name}, float16`, Array.from(x), Array.from(y), 'float16')
  })
  return Math.max(...errors)
}

/** The gradient of a weighted sum of the gradients, against differences of the gradients. */
async function checkSecond(row: Row & Options, precision: Precision, batch: number): Promise<number> {
  const model = modelOf(row, precision)
  const graph = await differentiated(row, precision)
  const wrt = (Array.isArray(row.second) ? row.second : (row.wrt ?? [0])).map(inputName)
  const first = renamed(
    graph,
    new Map((row.wrt ?? [0]).map(inputName).map((name) => [gradientName(name), `first/${name}`])),
  )
  const builder = new Builder({ ...first, outputs: [] })
  const values = (row.wrt ?? [0]).map((i) => builder.value(`first/${inputName(i)}`))
  const score = builder.within('second', () => weighted(builder, values, 'second/score'))
  const scored = builder.finish([score, ...values.flatMap((v) => [v, builder.value(`weight/${v.name}`)])])
  const feeds = feedsOf(row, precision, batch)
  const measured = await probe(withGraph(model, scored), { feeds: feedsOf(row, precision, 1) })
  const twice = differentiate(scored, { objective: 'second/score', wrt, rules: gradient, measured })
  await using forward = await openProgram(withGraph(model, scored), { optimization: 'disabled', threads: 1 })
  await using backward = await openProgram(withGraph(model, twice), { threads: 1 })
  const results = await backward.run(feeds)
  const errors: number[] = []
  for (const name of wrt) {
    const got = numbers(results[gradientName(name)] as Tensor)
    const places = placesIn(got, 4)
    const expected = await differences(forward, feeds, name, places)
    const level = precision === 'float64' ? (row.rough ? 'float32' : 'float64') : 'measured'
    const place = `${row.operator} ${row.name}: second gradient at ${name}`
    errors.push(
      compare(
        place,
        places.map((k) => got[k] as number),
        expected,
        level,
      ),
    )
  }
  return Math.max(...errors)
}

function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const rename = (name: string) => names.get(name) ?? name
  const nodes = graph.nodes.map((node) => {
    return { ...node, name: rename(node.name), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }
  })
  return { ...graph, nodes }
}
