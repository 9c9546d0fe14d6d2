/**
 * Measures a graph for one image and for two, so that the axes that carry the batch show themselves. Sizes that follow by ONNX's
 * rules are not run for; behind every other value stands a Shape node, so that ONNX Runtime itself is the shape inference.
 */

import {
  constantOf,
  type Graph,
  type Measured,
  type Model,
  requiredInputs,
  type Shape,
  valueDtypes,
  withGraph,
} from '../onnx/index.ts'
import { numbers, type Tensor } from '../tensor/index.ts'
import { type Foreseen, foresee } from './foresee.ts'
import { canBatch, inputsFor, type ProbeOptions } from './inputs.ts'
import { type Answer, type Asked, answerOf, instrument } from './instrument.ts'
import { openProgram } from './program.ts'
import { steeringValues } from './steering.ts'
import { type Thinned, thin } from './thin.ts'

/** With one image and with two, or why two cannot be. */
type Answers = readonly [one: Answer, two: Answer | string]
/** One for each number of images; only the first is never a refusal. */
type Ran = readonly (Answer | string)[]

export async function probe(model: Model, options: ProbeOptions = {}): Promise<Measured> {
  const { graph } = model
  const dtypes = valueDtypes(graph)
  const names = [...requiredInputs(graph).map((i) => i.name), ...graph.nodes.flatMap((n) => n.outputs)]
  const stored = names.filter((name) => constantOf(graph, name))
  const known = [...new Set(names)].filter((name) => name !== '' && dtypes.has(name) && !constantOf(graph, name))
  const steering = steeringValues(graph, dtypes)
  const asked: Asked = { shapes: known, integers: steering.filter((name) => !constantOf(graph, name)), dtypes }
  const [one, two] = await answersTo(model, asked, options)
  const shapes = new Map<string, Shape>()
  for (const name of known) {
    const dims = one.shapes.get(name) as readonly number[]
    const doubled = typeof two === 'string' ? dims : (two.shapes.get(name) ?? [])
    shapes.set(name, { dims, batch: dims.map((dim, axis) => doubled[axis] !== dim) })
  }
  for (const name of [...stored, ...graph.constants.keys()]) {
    const dims = (graph.constants.get(name) ?? constantOf(graph, name))?.dims
    if (dims && !shapes.has(name)) shapes.set(name, { dims, batch: dims.map(() => false) })
  }
  const integers = new Map<string, Tensor>()
  for (const name of steering) {
    const value = constantOf(graph, name)?.read() ?? (one.integers.get(name) as Tensor)
    if (typeof two === 'string' || same(value, two.integers.get(name) ?? value)) integers.set(name, value)
  }
  return { shapes, integers, batch: typeof two === 'string' ? two : true }
}

/** What follows without a run, and beside it what a run of the rest tells. */
async function answersTo(model: Model, asked: Asked, options: ProbeOptions): Promise<Answers> {
  const batches = canBatch(model.graph) ? [1, 2] : [1]
  const foreseen = foresee(model.graph, asked, batches, options)
  const ran = foreseen.asked.shapes.length > 0 ? await runRest(model, foreseen, batches, options) : foreseen.answers
  return [ran[0] as Answer, ran[1] ?? 'its inputs have a fixed batch size']
}

/** ONNX Runtime itself answers: with thin weights if it takes them, else with the real ones. */
async function runRest(
  model: Model,
  { graph, asked, dims, answers }: Foreseen,
  batches: readonly number[],
  options: ProbeOptions,
): Promise<Ran> {
  const ask = async (of: Graph): Promise<Ran> => {
    const ran = await run(model, of, asked, batches, { ...options, dims })
    return ran.map((answer, i) => (typeof answer === 'string' ? answer : together(answers[i] as Answer, answer)))
  }
  const thinned = thin(graph)
  const quick = thinned && (await ask(thinned.graph).catch(() => undefined))
  return quick && agrees(thinned, quick) ? quick : ask(graph)
}

const together = (a: Answer, b: Answer): Answer => ({
  shapes: new Map([...a.shapes, ...b.shapes]),
  integers: new Map([...a.integers, ...b.integers]),
})

async function run(
  model: Model,
  graph: Graph,
  asked: Asked,
  batches: readonly number[],
  options: ProbeOptions,
): Promise<Ran> {
  const instrumented = withGraph(model, instrument(graph, asked))
  await using program = await openProgram(instrumented, { optimization: 'disabled', device: options.device ?? 'auto' })
  const answers: (Answer | string)[] = []
  for (const batch of batches) {
    const answer = program.run(inputsFor(graph, batch, options)).then((results) => answerOf(asked, results))
    answers.push(await (batch === 1 ? answer : answer.catch((error: Error) => error.message)))
  }
  return answers
}

/** Whether the real weights would have run, too; where not, they must say themselves what they refuse. */
function agrees({ expected }: Thinned, answers: Ran): boolean {
  return answers.every(
    (answer) =>
      typeof answer !== 'string' &&
      expected.every(({ value, axis, size }) => answer.shapes.get(value)?.at(axis) === size),
  )
}

function same(a: Tensor, b: Tensor): boolean {
  const x = numbers(a)
  const y = numbers(b)
  return x.length === y.length && x.every((value, i) => value === y[i])
}
