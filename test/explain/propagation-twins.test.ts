/** Propagation rules against slow twins written from the papers, on two fully connected layers. */

import { expect, test } from 'vitest'
import { findMethod, openExplainer } from '../../src/explain/index.ts'
import { openModel, type PresetFile } from '../../src/models/index.ts'
import { Builder, encodeModel, type Graph } from '../../src/onnx/index.ts'
import { float32, random } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'

const [size, hidden, classes] = [4, 7, 3]
const inputs = 3 * size * size
type Matrix = readonly (readonly number[])[]

const drawn = (stream: number, rows: number, columns: number, scale: number): Matrix => {
  const draw = random(11, stream)
  return Array.from({ length: rows }, (_, j) =>
    Array.from({ length: columns }, (_, k) => Math.fround(scale * draw.normal(j * columns + k))),
  )
}
const [w1, w2] = [drawn(0, inputs, hidden, 0.3), drawn(1, hidden, classes, 0.6)]
const [[b1 = []], [b2 = []]] = [drawn(2, 1, hidden, 0.3), drawn(3, 1, classes, 0.3)]

const empty: Graph = { name: 'net', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

/** image [N, 3, 4, 4], Flatten, Gemm, Relu, Gemm. */
function model(): Uint8Array {
  const builder = new Builder(empty)
  const { op } = builder
  const image = builder.input('image', 'float32', ['N', 3, size, size])
  const matrix = (m: Matrix) => builder.constant(float32([m.length, (m[0] as number[]).length], m.flat()))
  const vector = (v: readonly number[]) => builder.constant(float32([v.length], v))
  const behind = op.Relu(op.Gemm(op.Flatten(image), matrix(w1), vector(b1)))
  builder.named('Gemm', 'logits', behind, matrix(w2), vector(b2))
  const graph = builder.finish([{ name: 'logits', dtype: 'float32', shape: ['N', classes] }])
  return encodeModel({ graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] })
}

const photo = { width: size, height: size, data: Uint8Array.from({ length: inputs }, (_, i) => (i * 89 + 31) % 256) }
/** Values from -1 to 1, as planes. */
const between: PresetFile = { fit: 'stretch', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }
const image = Array.from({ length: inputs }, (_, i) => {
  const [c, pixel] = [Math.floor(i / (size * size)), i % (size * size)]
  return (photo.data[3 * pixel + c] as number) / 127.5 - 1
})

const plus = (v: number) => Math.max(v, 0)
const minus = (v: number) => Math.min(v, 0)
const stable = (z: number) => z + (z < 0 ? -1e-6 : 1e-6)
const forward = (a: readonly number[], w: Matrix, b: readonly number[]) =>
  b.map((bias, k) => a.reduce((sum, value, j) => sum + value * (w[j]?.[k] as number), bias))

/** R_j = sum_k c_jk R_k / (sum_j c_jk + bias_k) for contributions c given one by one. */
function shared(
  r: readonly number[],
  count: number,
  c: (j: number, k: number) => number,
  bias: (k: number) => number,
): number[] {
  const totals = r.map((_, k) => Array.from({ length: count }, (_, j) => c(j, k)).reduce((a, b) => a + b, bias(k)))
  return Array.from({ length: count }, (_, j) =>
    r.reduce((sum, value, k) => sum + (c(j, k) * value) / stable(totals[k] as number), 0),
  )
}

type Twin = (
  a: readonly number[],
  w: Matrix,
  b: readonly number[],
  z: readonly number[],
  r: readonly number[],
) => number[]
const at = (w: Matrix, j: number, k: number) => w[j]?.[k] as number

const epsilon: Twin = (a, w, b, _, r) =>
  shared(
    r,
    a.length,
    (j, k) => (a[j] as number) * at(w, j, k),
    (k) => b[k] as number,
  )
const alphaBeta =
  (alpha: number): Twin =>
  (a, w, b, _, r) => {
    const excited = shared(
      r,
      a.length,
      (j, k) => plus((a[j] as number) * at(w, j, k)),
      (k) => plus(b[k] as number),
    )
    const inhibited = shared(
      r,
      a.length,
      (j, k) => minus((a[j] as number) * at(w, j, k)),
      (k) => minus(b[k] as number),
    )
    return excited.map((v, j) => alpha * v + (1 - alpha) * (inhibited[j] as number))
  }
/** Contributions of the sign of z count 1 + gamma times. */
const gamma =
  (g: number): Twin =>
  (a, w, b, z, r) => {
    const more = (k: number, c: number) => c + g * ((z[k] as number) > 0 ? plus(c) : minus(c))
    return shared(
      r,
      a.length,
      (j, k) => more(k, (a[j] as number) * at(w, j, k)),
      (k) => more(k, b[k] as number),
    )
  }
const wSquare: Twin = (a, w, _b, _z, r) =>
  shared(
    r,
    a.length,
    (j, k) => at(w, j, k) ** 2,
    () => 0,
  )
const flat: Twin = (a, _w, _b, _z, r) =>
  shared(
    r,
    a.length,
    () => 1,
    () => 0,
  )

function twin(first: Twin, second: Twin, target: number): number[] {
  const z1 = forward(image, w1, b1)
  const a = z1.map(plus)
  const z2 = forward(a, w2, b2)
  const seed = z2.map((v, k) => (k === target ? v : 0))
  return first(image, w1, b1, z1, second(a, w2, b2, z2, seed))
}

const planeOf = (r: readonly number[]) =>
  r.slice(0, 16).map((v, i) => v + (r[16 + i] as number) + (r[32 + i] as number))

async function map(method: string, options = {}) {
  const vision = await openModel(model(), { preset: between })
  await using explainer = await openExplainer(vision, findMethod(method), { options })
  return await explainer.explain(photo, { class: 1 })
}

test.each([
  ['epsilon', {}, epsilon, epsilon],
  ['gamma', {}, gamma(0.25), gamma(0.25)],
  ['gamma', { gamma: 2 }, gamma(2), gamma(2)],
  ['alpha-beta', {}, alphaBeta(2), alphaBeta(2)],
  ['alpha-beta', { alpha: 1 }, alphaBeta(1), alphaBeta(1)],
  ['z-plus', {}, alphaBeta(1), alphaBeta(1)],
  ['w-square', {}, wSquare, wSquare],
  ['flat', {}, flat, flat],
  ['epsilon-plus-flat', {}, flat, epsilon],
] as const)('LRP %s %j is its definition', async (rule, options, first, second) => {
  const { raw } = await map('lrp', { rule, ...options })
  // float32 against float64, with quotients by small sums.
  expect(relativeError(raw.data, planeOf(twin(first, second, 1)))).toBeLessThan(1e-4)
})

test('the z-box rule is its definition, between the values of black and white', async () => {
  const box: Twin = (a, w, _b, _z, r) =>
    shared(
      r,
      a.length,
      (j, k) => (a[j] as number) * at(w, j, k) + plus(at(w, j, k)) - minus(at(w, j, k)),
      () => 0,
    )
  const { raw } = await map('lrp', { rule: 'epsilon-gamma-box' })
  expect(relativeError(raw.data, planeOf(twin(box, epsilon, 1)))).toBeLessThan(1e-4)
})

test('gamma 0 is epsilon', async () => {
  const [none, plain] = [await map('lrp', { rule: 'gamma', gamma: 0 }), await map('lrp', { rule: 'epsilon' })]
  expect(relativeError(none.raw.data, plain.raw.data)).toBeLessThan(1e-5)
})

test('w-square and flat in the first layer do not look at the image', async () => {
  const vision = await openModel(model(), { preset: between })
  await using explainer = await openExplainer(vision, findMethod('lrp'), { options: { rule: 'epsilon-plus-flat' } })
  const { raw } = await explainer.explain(photo, { class: 1 })
  // One number everywhere: each hidden unit gives to all its inputs alike.
  const spread = Math.max(...raw.data) - Math.min(...raw.data)
  expect(spread / Math.abs(raw.data[0] as number)).toBeLessThan(1e-5)
})
