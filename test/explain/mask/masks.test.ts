/** Optimised masks on models whose answer is known: what they find, and that they go on where they stopped. */

import { describe, expect, test } from 'vitest'
import {
  findMethod,
  type Options,
  openExplainer,
  type RunMethod,
  type State,
  type Study,
} from '../../../src/explain/index.ts'
import { areaPenalty } from '../../../src/explain/mask/penalties.ts'
import { smoothMask } from '../../../src/explain/mask/smooth-mask.ts'
import { openStage, type Stage } from '../../../src/explain/mask/stage.ts'
import { blur } from '../../../src/image/index.ts'
import { type OpenOptions, openModel } from '../../../src/models/index.ts'
import { float32, type Image, random } from '../../../src/tensor/index.ts'
import { bytes } from '../../fixture-nets.ts'
import { halfSquare, linearNet, type Net, noisePicture, plain } from '../../small-nets.ts'

const side = 32
const preset: Exclude<OpenOptions['preset'], string | undefined> = {
  fit: 'crop',
  cropFraction: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
}
const openNet = ({ bytes, size }: Net) => openModel(bytes, { preset, size })

async function explainer(net: Net, name: string, options: Options, layer?: string) {
  return openExplainer(await openNet(net), findMethod(name), { options, ...(layer ? { layer } : {}) })
}

/** A chessboard: a blur takes all of it away, as much at every place. */
const chessboard: Image = {
  width: side,
  height: side,
  data: Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    const p = Math.floor(i / 3)
    return (p + Math.floor(p / side)) % 2 === 0 ? 255 : 0
  }),
}

/** The score is what is left of the chessboard, at each place as much as `share` says. */
function chessNet(share: (x: number, y: number) => number): Net {
  const weights = Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const p = i % (side * side)
    const [x, y] = [p % side, Math.floor(p / side)]
    return ((p + y) % 2 === 0 ? 1 : -1) * share(x, y)
  })
  return linearNet([side, side], weights)
}

describe('a model that reads one patch', () => {
  const inside = (x: number, y: number) => x >= 10 && x < 22 && y >= 6 && y < 18
  const net = chessNet((x, y) => (inside(x, y) ? 4 / 216 : 0))

  test.each([
    ['deletion', 'blur'],
    ['preservation', 'blur'],
    ['deletion', 'constant'],
    ['preservation', 'gaussian'],
  ])('%s, %s: the map is > .8 within it and < .2 away from it', async (game, perturbation) => {
    await using made = await explainer(net, 'meaningful-perturbation', {
      game,
      perturbation,
      grid: 16,
      l1: 0.1,
      average: 'mean',
      soften: 0,
    })
    const { raw, certificate, curve } = await made.explain(chessboard, { class: 0 })
    expect(certificate.objective).toBe('prob[0]')
    expect(certificate.status).toBe('ok')
    expect(curve).toHaveLength(300)
    const means = [0, 0]
    raw.data.forEach((value, i) => {
      const [x, y] = [i % side, Math.floor(i / side)]
      // Cells that touch the patch reach two cells, of 2.07 pixels, beyond it. With this l1 a step of 1 costs less than a cell
      // more: sqrt(l1 / (3 tv)) > 1. With 1e-4 the variation blunts an edge over nine cells.
      const near = x >= 6 && x < 26 && y >= 2 && y < 22
      if (!near) expect(value, `${x}, ${y}`).toBeLessThan(0.2)
      if (inside(x, y)) means[0] = (means[0] as number) + value / 144
      else if (!near) means[1] = (means[1] as number) + value / (side * side - 400)
    })
    expect(means[0]).toBeGreaterThan(0.8)
    expect(means[1]).toBeLessThan(0.05)
    const left = certificate.details['masked score'] as number
    // The median of 11 x 11 squares of a chessboard is the middle one: half of the blur hides nothing, 2 of the logit's 4 stay.
    const hidden = 1 / (1 + Math.exp(perturbation === 'blur' ? -2 : 0))
    if (game === 'deletion') expect(Math.abs(left - hidden)).toBeLessThan(0.05)
    else expect(left).toBeGreaterThan(0.95)
  })
})

describe('a linear model', () => {
  const share = (x: number, y: number) => Math.exp(-(((x - 18) / 9) ** 2) - ((y - 13) / 5) ** 2) / 10
  const evidence = (i: number) => share(i % side, Math.floor(i / side))
  const net = chessNet(share)
  // Its mirror image has another score: what knows left from right is not to be flipped.
  const options = { flip: false }

  test.each([
    ['preservation', 0.05],
    ['preservation', 0.1],
    ['deletion', 0.1],
  ])('%s, %f: the area is kept, and it is the part with the most evidence', async (game, area) => {
    await using made = await explainer(net, 'extremal-perturbation', { ...options, game, areas: String(area) })
    const { raw, certificate } = await made.explain(chessboard, { class: 0 })
    expect(Math.abs((certificate.details.area as number) - area)).toBeLessThan(0.02)
    // What the picture shows of it: the evidence lies away from the border, so little of the area is in the margin.
    const count = Math.round(raw.data.reduce((sum, value) => sum + value, 0))
    const order = [...raw.data.keys()].sort((a, b) => evidence(b) - evidence(a))
    const best = new Set(order.slice(0, count))
    const found = new Set([...raw.data.keys()].filter((i) => (raw.data[i] as number) > 0.5))
    const both = [...found].filter((i) => best.has(i)).length
    expect(count).toBeGreaterThan(area * side * side)
    expect(both / (found.size + best.size - both)).toBeGreaterThan(0.7)
  })

  test('the error of the area falls from step 100 on', async () => {
    const vision = await openNet(net)
    const method = findMethod('extremal-perturbation')
    await using first = await openExplainer(vision, method, { options: { ...options, steps: 100 } })
    let { state } = await first.explain(chessboard, { class: 0 })
    const stage = { width: side, height: side } as Stage
    const { pool } = smoothMask({ vision, layer: undefined } as Study, stage, 7, 21)
    const errors: number[] = []
    for (let steps = 100; steps <= 800; steps += 50) {
      await using next = await openExplainer(vision, method, { options: { ...options, steps } })
      state = (await next.explain(chessboard, { class: 0, resume: state })).state
      errors.push(areaPenalty(pool.forth(state?.[0]?.parameters as Float64Array), 0.1).loss)
    }
    errors.slice(1).forEach((error, i) => expect(error).toBeLessThanOrEqual(errors[i] as number))
    expect(errors.at(-1) as number).toBeLessThan(0.3 * (errors[0] as number))
  })
})

describe('resumed, cut short, and at a layer', () => {
  const picture = noisePicture(16, 16, 4)
  const cases: [string, Options][] = [
    ['meaningful-perturbation', { jitter: 2, perturbation: 'noise' }],
    ['meaningful-perturbation', { optimiser: 'rmsprop', rate: 0.01 }],
    ['meaningful-perturbation', { optimiser: 'sgd', rate: 5, soften: 1 }],
    ['extremal-perturbation', { areas: '0.1,0.3' }],
  ]

  test.each(cases)('%s %o: resumed it ends where one uninterrupted run does', async (name, options) => {
    const run = async (steps: number, resume?: State) => {
      await using made = await explainer(plain, name, { ...options, steps })
      return await made.explain(picture, { class: 1, resume })
    }
    const half = await run(5)
    const kept = structuredClone(half.state)
    const [whole, again] = [await run(12), await run(12, half.state)]
    expect(again.raw.data).toEqual(whole.raw.data)
    expect(again.curve).toEqual(whole.curve)
    expect(again.state).toEqual(whole.state)
    expect(half.state, 'the state that was given is left as it was').toEqual(kept)
  })

  test.each(['meaningful-perturbation', 'extremal-perturbation'])(
    '%s: a budget leaves a map and a state',
    async (name) => {
      await using made = await explainer(plain, name, {})
      const { curve, state, certificate } = await made.explain(picture, { class: 1, budget: 1 })
      expect(curve).toHaveLength(1)
      expect(certificate.details.steps).toBe(1)
      expect(state?.[0]?.curve).toEqual(curve)
    },
  )

  test('it stops when the loss has settled', async () => {
    await using made = await explainer(plain, 'meaningful-perturbation', { tolerance: 0.01 })
    const { curve = [] } = await made.explain(picture, { class: 1 })
    expect(curve.length).toBeGreaterThanOrEqual(40)
    expect(curve.length).toBeLessThan(300)
  })

  test('what cannot be resumed says so', async () => {
    await using other = await explainer(plain, 'meaningful-perturbation', { grid: 4, steps: 2 })
    await using made = await explainer(plain, 'meaningful-perturbation', { steps: 2 })
    const { state } = await other.explain(picture, { class: 1 })
    await expect(made.explain(picture, { class: 1, resume: state })).rejects.toThrow('16 parameters, this run 256')
    for (const name of ['saliency', 'smooth-grad']) {
      await using stateless = await explainer(plain, name, {})
      await expect(stateless.explain(picture, { class: 1, resume: state })).rejects.toThrow('nothing to resume')
    }
    await expect(
      explainer(plain, 'extremal-perturbation', { areas: '0.1,2' }).then((one) => one.explain(picture)),
    ).rejects.toThrow('shares between 0 and 1')
    await expect(
      explainer(plain, 'extremal-perturbation', { lattice: 'corner', step: 56, sigma: 84 }).then((one) =>
        one.explain(picture),
      ),
    ).rejects.toThrow("take a 'sigma' that is a multiple of 'step'")
  })

  test('at the image unless a layer is named; then the map has its size', async () => {
    for (const name of ['meaningful-perturbation', 'extremal-perturbation']) {
      await using image = await explainer(plain, name, { steps: 3 })
      expect(image.layer).toBeUndefined()
      const vision = await openNet(plain)
      const wanted = vision.layers.find(({ height }) => height === 8)?.name as string
      await using made = await explainer(plain, name, { steps: 40 }, wanted)
      const { raw, certificate } = await made.explain(picture, { class: 1 })
      expect([raw.height, raw.width, certificate.layer?.name]).toEqual([8, 8, wanted])
      expect(raw.data.every(Number.isFinite)).toBe(true)
    }
  })
})

describe("the score's derivative in the mask, by central differences", () => {
  const cases = [
    ['the image', halfSquare.bytes, undefined],
    ['a map', plain.bytes, 8],
    ['tokens', bytes('f6-torchscript-17.onnx'), '/blocks/blocks.0/Add_1_output_0'],
  ] as const

  test.each(cases)('at %s', async (_, file, place) => {
    const vision = await openModel(file, { preset, ...(file === plain.bytes ? { size: plain.size } : {}) })
    const layer = typeof place === 'number' ? vision.layers.findLast(({ height }) => height === place)?.name : place
    const { height, width } = vision.format
    const checked: [number, number][] = []
    const probe: RunMethod = {
      ...(findMethod('meaningful-perturbation') as RunMethod),
      async run(study) {
        const hidden = [6, 2].map((sigma) => float32(study.input.dims, softened(study.input.data, sigma)))
        const stage = await openStage(study, [...hidden, study.input])
        const mask = random(3).uniforms(stage.width * stage.height)
        const view = Int32Array.from({ length: mask.length }, (_, i) => (i * 7 + 3) % mask.length)
        for (const seen of [undefined, view]) {
          const { gradient } = await stage.judge(mask, seen)
          const along = random(4).normals(mask.length)
          const h = 1e-2
          const at = async (share: number) =>
            (
              await stage.judge(
                mask.map((v, i) => v + share * kept(v, h) * (along[i] as number)),
                seen,
              )
            ).score
          const slow = ((await at(h)) - (await at(-h))) / (2 * h)
          const made = gradient.reduce((sum, g, i) => sum + g * kept(mask[i] as number, h) * (along[i] as number), 0)
          checked.push([made, slow])
        }
        return { map: { width: stage.width, height: stage.height, data: new Float32Array(mask.length) } }
      },
    }
    /** Values close to where two versions meet stand still: there the slope changes. */
    const kept = (v: number, h: number) => (Math.min(v, Math.abs(v - 0.5), 1 - v) > 4 * h ? 1 : 0)
    const softened = (data: Float32Array, sigma: number) => blurAll(data, width, height, sigma)
    await using made = await openExplainer(vision, probe, {
      target: file === halfSquare.bytes ? 'y[0]' : 'logits[1]',
      ...(layer ? { layer } : {}),
    })
    await made.explain(noisePicture(width, height, 2))
    expect(checked).toHaveLength(2)
    // Scores are float32 (6e-8 of a few, over 2e-2); behind these places the models are smooth.
    for (const [fast, slow] of checked) expect(Math.abs(fast - slow)).toBeLessThan(1e-3 * Math.abs(slow) + 1e-4)
  })
})

function blurAll(data: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let start = 0; start < data.length; start += width * height) {
    const plane = { width, height, data: data.slice(start, start + width * height) }
    out.set(blur(plane, sigma).data, start)
  }
  return out
}
