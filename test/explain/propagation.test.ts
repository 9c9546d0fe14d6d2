/** Guided backprop and its kin, LRP, excitation backprop and DeepLIFT: identities, conservation, truth tables, refusals. */

import { describe, expect, test } from 'vitest'
import {
  deconvnet,
  differentiate,
  gradient,
  gradientName,
  guided,
  type RuleSet,
  rectGrad,
} from '../../src/autodiff/index.ts'
import {
  type CompileOptions,
  classInput,
  compileMethod,
  findMethod,
  openExplainer,
  type ProgramMethod,
  relevanceLedger,
} from '../../src/explain/index.ts'
import { openModel } from '../../src/models/index.ts'
import { Builder, type Graph, type Model } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { float32, int64, numbers, random, type Tensor } from '../../src/tensor/index.ts'
import { array, bytes, net, part, relativeError } from '../fixture-nets.ts'

const program = (name: string) => findMethod(name) as ProgramMethod
const open = (file: string) => openModel(bytes(file), { preset: { fit: 'stretch' }, size: [16, 16] })

/** The map of both fixture images, [2, h, w], and the sums. */
async function run(file: string, method: ProgramMethod, choice: CompileOptions = {}) {
  const entry = net(file.split('-')[0] as string)
  const vision = await open(file)
  const compiled = await compileMethod(vision, method, { ...choice, class: 'required' })
  await using engine = await openProgram(compiled.model)
  const feeds = { [vision.image.name]: array(entry, 'x'), [classInput]: int64([1], [entry.classes[0] as number]) }
  const answers = await engine.run(feeds)
  const of = (name: string | undefined) => (name === undefined ? [] : [...numbers(answers[name] as Tensor)])
  return {
    map: answers[compiled.heatmap.name] as Tensor,
    sum: of(compiled.sums?.sum?.name),
    promised: of(compiled.sums?.promised.name),
    notes: compiled.rules.flatMap(({ notes }) => notes ?? []),
  }
}

/** How far the sums are from what was promised, in shares of the score. */
const defect = ({ sum, promised }: { sum: number[]; promised: number[] }) =>
  Math.max(...promised.map((p, i) => Math.abs((sum[i] as number) - p) / Math.max(Math.abs(p), 0.1)))

/** x * gradient of the fixtures, over colours: [2, h, w]. */
function inputTimesGradient(id: string): Float64Array {
  const entry = net(id)
  const [x, g] = [numbers(array(entry, 'x')), part(array(entry, 'gradients'), 0)]
  const plane = 16 * 16
  return Float64Array.from({ length: 2 * plane }, (_, i) => {
    const [n, pixel] = [Math.floor(i / plane), i % plane]
    return [0, 1, 2].reduce((sum, c) => {
      const k = (3 * n + c) * plane + pixel
      return sum + (x[k] as number) * (g[k] as number)
    }, 0)
  })
}

describe('what goes back through a ReLU', () => {
  /** sum g relu(x): the gradient at x is g where x > 0. */
  async function through(set: RuleSet, x: readonly number[], g: readonly number[]): Promise<number[]> {
    const empty: Graph = {
      name: 'net',
      inputs: [],
      outputs: [],
      nodes: [],
      constants: new Map(),
      valueTypes: new Map(),
    }
    const builder = new Builder(empty)
    const { op } = builder
    const input = builder.input('x', 'float32', ['N', x.length])
    const weighted = op.Mul(op.Relu(input), builder.constant(float32([g.length], g)))
    builder.named('ReduceSum', 'score', weighted, [1], { keepdims: 0 })
    const graph = builder.finish([{ name: 'score', dtype: 'float32' }])
    const model: Model = { graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] }
    const feeds = { x: float32([1, x.length], x) }
    const measured = await probe(model, { feeds })
    const made = differentiate(graph, { objective: 'score', wrt: ['x'], rules: set, measured })
    await using engine = await openProgram({ ...model, graph: made })
    return Array.from(numbers((await engine.run(feeds))[gradientName('x')] as Tensor), (v) => v + 0)
  }
  const [x, g] = [
    [2, 2, -2, -2, 0],
    [3, -3, 3, -3, 3],
  ]

  test.each([
    ['gradient', gradient, [3, -3, 0, 0, 0]],
    ['guided', guided().set, [3, 0, 0, 0, 0]],
    ['deconvnet', deconvnet().set, [3, 0, 3, 0, 3]],
  ] as const)('%s', async (_, set, expected) => {
    expect(await through(set, x, g)).toEqual(expected)
  })

  test('RectGrad keeps what is above the percentile of a R, interpolated as numpy does', async () => {
    const draw = random(5)
    const [many, weights] = [0, 1].map((s) =>
      Array.from({ length: 41 }, (_, i) => Math.fround(draw.normal(100 * s + i))),
    )
    const products = (many as number[]).map((v, i) => Math.fround(Math.max(v, 0) * (weights?.[i] as number)))
    const sorted = products.toSorted((a, b) => a - b)
    const rank = 0.93 * 40
    const [low, high] = [sorted[Math.floor(rank)] as number, sorted[Math.ceil(rank)] as number]
    const threshold = low + (high - low) * (rank % 1)
    const expected = products.map((p, i) => (p > threshold ? (weights?.[i] as number) : 0))
    expect(expected.filter((v) => v !== 0)).toHaveLength(3)
    expect(await through(rectGrad(93).set, many as number[], weights as number[])).toEqual(expected)
  })
})

describe('LRP', () => {
  test.each(['f1-torchscript-17.onnx', 'f2-torchscript-17.onnx', 'f3-torchscript-17.onnx', 'f3-unfolded-17.onnx'])(
    'LRP-0 is input x gradient, batch normalisation folded or not: %s',
    async (file) => {
      const { map } = await run(file, program('lrp'), { options: { rule: 'zero' } })
      const expected = inputTimesGradient(file.split('-')[0] as string)
      expect(relativeError(numbers(map), expected)).toBeLessThan(1e-4)
    },
  )

  test('without biases the map alone adds up to the score', async () => {
    const { map, promised } = await run('f8-torchscript-17.onnx', program('lrp'), { options: { rule: 'zero' } })
    const [first = 0] = promised
    expect(Math.abs(part(map, 0).reduce((a, b) => a + b, 0) / first - 1)).toBeLessThan(1e-4)
  })

  /** z-plus gives nothing where nothing is positive; behind ReLUs alone no such unit has relevance. */
  const behindReLU = ['f1', 'f2', 'f3'].flatMap((id) => ['epsilon-plus', 'z-plus'].map((rule) => [id, rule] as const))
  const signed = ['f1', 'f2', 'f3', 'f4', 'f5'].flatMap((id) =>
    ['epsilon-gamma-box', 'epsilon', 'gamma'].map((rule) => [id, rule] as const),
  )
  test.each([...signed, ...behindReLU])('%s, %s: the map and what biases keep are the score', async (id, rule) => {
    const found = await run(`${id}-torchscript-17.onnx`, program('lrp'), { options: { rule } })
    // What epsilon = 1e-6 takes of sums that are often near 1e-2.
    expect(defect(found)).toBeLessThan(1e-4)
  })

  test('the transformer keeps its relevance too, and says which rules are no LRP of the papers', async () => {
    const found = await run('f6-dynamo-18.onnx', program('lrp'), { options: { rule: 'epsilon' } })
    expect(defect(found)).toBeLessThan(1e-4)
    expect(found.notes.join()).toMatch(/LayerNormalization \(5 nodes.*deviation/)
    expect(found.notes.join()).toMatch(/MatMul \(2 nodes.*gate/)
  })

  test('a broken rule does not go unnoticed', async () => {
    const lrp = program('lrp')
    const broken: ProgramMethod = {
      ...lrp,
      wants: (facts, options) =>
        (lrp.wants?.(facts, options) ?? []).map((want) => {
          const rules = want.rules as NonNullable<typeof want.rules>
          const Conv: RuleSet[string] = (at) => rules.set.Conv?.(at).map((v) => v && at.op.Mul(v, 1.1)) ?? []
          return { ...want, rules: { ...rules, set: { ...rules.set, Conv } } }
        }),
    }
    const options = { rule: 'epsilon' }
    expect(defect(await run('f1-torchscript-17.onnx', lrp, { options }))).toBeLessThan(1e-4)
    expect(defect(await run('f1-torchscript-17.onnx', broken, { options }))).toBeGreaterThan(1e-2)
  })

  test('a difference of two classes is the difference of their relevances', async () => {
    const ofTarget = async (target: string) => {
      const vision = await open('f1-torchscript-17.onnx')
      const compiled = await compileMethod(vision, program('lrp'), { target, options: { rule: 'zero' } })
      await using engine = await openProgram(compiled.model)
      const answers = await engine.run({ [vision.image.name]: array(net('f1'), 'x') })
      return numbers(answers[compiled.heatmap.name] as Tensor)
    }
    const [a, b] = [await ofTarget('logits[0]'), await ofTarget('logits[3]')]
    const difference = await ofTarget('logits[0] - logits[3]')
    expect(
      relativeError(
        difference,
        a.map((v, i) => v - (b[i] as number)),
      ),
    ).toBeLessThan(1e-4)
  })

  test('the ledger: each node gives what it received, but for its biases', async () => {
    const vision = await open('f3-unfolded-17.onnx')
    const image = { width: 16, height: 16, data: Uint8Array.from({ length: 768 }, (_, i) => (i * 7919) % 256) }
    const options = { rule: 'epsilon' }
    const lines = await relevanceLedger(vision, image, program('lrp'), { options, class: 0 })
    const largest = Math.max(...lines.map(({ received }) => Math.abs(received)))
    for (const { lost } of lines) expect(Math.abs(lost) / largest).toBeLessThan(1e-3)
    const kept = lines.reduce((sum, line) => sum + line.kept, 0)
    await using explainer = await openExplainer(vision, program('lrp'), { options })
    const { raw, certificate } = await explainer.explain(image, { class: 0 })
    expect(raw.data.reduce((a, b) => a + b, kept) / certificate.score).toBeCloseTo(1, 3)
    expect(lines.some(({ operator }) => operator === 'BatchNormalization')).toBe(false)
  })
})

describe('excitation backprop', () => {
  test.each(['f1', 'f2', 'f3', 'f8'])(
    '%s: the walk keeps its probability, at every layer with positions',
    async (id) => {
      const file = id === 'f3' ? 'f3-unfolded-17.onnx' : `${id}-torchscript-17.onnx`
      const vision = await open(file)
      for (const { name } of vision.layers) {
        const found = await run(file, program('excitation-backprop'), { layer: name })
        expect(Math.min(...numbers(found.map))).toBeGreaterThanOrEqual(0)
        expect(defect(found), name).toBeLessThan(1e-6)
      }
    },
  )

  test('the contrastive walk begins with nothing in all', async () => {
    const found = await run('f2-torchscript-17.onnx', program('contrastive-excitation-backprop'))
    expect(Math.abs(found.sum[0] as number)).toBeLessThan(1e-6)
    expect(found.promised).toEqual([0, 0])
  })

  test('of a difference of classes the walk begins with what the target hands to each: nothing in all', async () => {
    const vision = await open('f1-torchscript-17.onnx')
    const target = 'logits[0] - logits[3]'
    const compiled = await compileMethod(vision, program('excitation-backprop'), { target })
    await using engine = await openProgram(compiled.model)
    const answers = await engine.run({ [vision.image.name]: array(net('f1'), 'x') })
    for (const name of [compiled.sums?.sum?.name, compiled.sums?.promised.name])
      for (const value of numbers(answers[name as string] as Tensor)) expect(Math.abs(value)).toBeLessThan(1e-6)
  })

  test('a transformer is refused in one sentence', async () => {
    const found = run('f6-dynamo-18.onnx', program('excitation-backprop'))
    await expect(found).rejects.toMatchObject({
      code: 'FOVEA_UNSUPPORTED_OP',
      message: expect.stringMatching(/no rule for LayerNormalization .*Use lrp/),
    })
  })
})

describe('DeepLIFT', () => {
  const nets = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f8', 'f9-linear', 'f9-quadratic', 'f9-minmax']
  test.each(nets.flatMap((id) => ['black', 'blurred'].map((reference) => [id, reference] as const)))(
    '%s, %s: the differences add up',
    async (id, reference) => {
      const entry = net(id)
      const [, , height = 0, width = 0] = array(entry, 'x').dims
      const file = `${id}-torchscript-17.onnx`
      const vision = await openModel(bytes(file), { preset: { fit: 'stretch' }, size: [height, width] })
      const options = { reference, blur: 1 }
      const compiled = await compileMethod(vision, program('deeplift'), { options, class: 'required' })
      await using engine = await openProgram(compiled.model)
      const answers = await engine.run({
        [vision.image.name]: array(entry, 'x'),
        [classInput]: int64([1], [entry.classes[0] as number]),
      })
      const of = (name: string) => [...numbers(answers[name] as Tensor)]
      const [sum, promised] = [of(compiled.sums?.sum?.name as string), of(compiled.sums?.promised.name as string)]
      expect(defect({ sum, promised })).toBeLessThan(1e-4)
    },
  )

  test('of a linear score it is w (x - b)', async () => {
    const entry = net('f9-linear')
    const vision = await openModel(bytes('f9-linear-torchscript-17.onnx'), { preset: { fit: 'stretch' }, size: [4, 4] })
    const compiled = await compileMethod(vision, program('deeplift'), { class: 'required' })
    await using engine = await openProgram(compiled.model)
    const x = array(entry, 'x')
    const answers = await engine.run({ [vision.image.name]: x, [classInput]: int64([1], [entry.classes[0] as number]) })
    const w = part(array(entry, 'gradients'), 0)
    const expected = Array.from({ length: 32 }, (_, i) =>
      [0, 1, 2].reduce((sum, c) => {
        const k = (3 * Math.floor(i / 16) + c) * 16 + (i % 16)
        return sum + (w[k] as number) * (x.data[k] as number)
      }, 0),
    )
    expect(relativeError(numbers(answers[compiled.heatmap.name] as Tensor), expected)).toBeLessThan(1e-5)
  })
})

describe('what a rule set does not define', () => {
  test('guided backpropagation names the operators that got the plain gradient, and a ReLU6', async () => {
    const { notes } = await run('f4-torchscript-17.onnx', program('guided-backprop'))
    expect(notes.join('\n')).toMatch(
      /^HardSwish \(3 nodes, first .*got the plain gradient: guided backpropagation is defined at ReLU\.$/m,
    )
    expect(notes.join('\n')).toMatch(/^Clip \(node .*was taken as a ReLU with an upper bound/m)
  })

  test.each(['guided-backprop', 'deconvnet', 'rect-grad'])('%s refuses a model without a ReLU', async (method) => {
    await expect(run('f6-dynamo-18.onnx', program(method))).rejects.toMatchObject({
      code: 'FOVEA_UNSUPPORTED_OP',
      message: expect.stringMatching(/has none: its map would be the plain gradient/),
    })
  })
})
