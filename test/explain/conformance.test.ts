/**
 * What every method of the catalogue keeps, on every kind of small network: statuses, sizes, batches, seeds, progress, cancellation,
 * and what happens when the model answers nothing or nonsense. A method that rightly differs stands in a table with its reason.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import {
  completeOptions,
  type Explainer,
  type Explanation,
  type Method,
  methods,
  type Options,
  openExplainer,
  type Request,
} from '../../src/explain/index.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import { brokenNet, constantNet, flat, type Net, noisePicture, plain, single, smallNets } from '../small-nets.ts'

/** Other statuses than 'ok' that are right: method -> network -> why. */
const otherStatus: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'internal-influence': {
    'global average pool': 'behind a global average pool the gradient is the same everywhere',
    'not square': 'as above',
    grey: 'as above',
    regression: 'as above',
    'one image at a time': 'as above',
  },
  'guided-grad-cam': {
    'not square': 'Grad-CAM has no positive evidence there, and the product with nothing is nothing',
  },
}

/** All networks of a kind, with the reason. */
const refusing = (which: (net: Net) => boolean, why: string) =>
  Object.fromEntries(smallNets.filter(which).map(({ name }) => [name, why]))

/** Networks that a method rightly refuses: method -> network -> why. */
const refusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cam: { 'flatten and fully connected': 'CAM is defined for a global average pool and one linear layer' },
  ram: refusing((net) => net.target === undefined, 'RAM is defined for regressions'),
  'finer-cam': refusing((net) => net.target !== undefined, 'it compares classes'),
  'prediction-difference': refusing((net) => net.target !== undefined, 'it compares probabilities of a class'),
  'attention-rollout': refusing(() => true, 'it follows attention, and these networks have none (test/explain/tokens)'),
  'gradient-rollout': refusing(() => true, 'as above'),
  'd-rise': refusing(() => true, 'it explains detectors (test/explain/perturbation/detections)'),
}

/** Methods whose map says something when the score does not depend on the image, beside those without a class. */
const scoreless: Readonly<Record<string, string>> = {
  'score-cam': 'its weights are what channels score, and channels that score alike count alike',
  'excitation-backprop': 'it hands on shares of the score, whatever the size of what they are shares of',
  'contrastive-excitation-backprop': 'as above',
}

/** Methods that have nothing to show after the first samples. */
const unready: Readonly<Record<string, string>> = { hsic: 'dependence shows in no fewer than four masks' }

/** Options that are asked for less, so that the suite is quick: what is sampled, and how often. */
const amounts = /^(samples|steps|iterations|masks|designs)$/
const few = 6

function optionsOf(method: Method, more: Options = {}): Options {
  const small = Object.entries(method.options).flatMap(([name, { min = 1 }]) =>
    amounts.test(name) ? [[name, Math.max(min, few)] as const] : [],
  )
  return completeOptions(method.name, method.options, { ...Object.fromEntries(small), ...more })
}

/** Larger than the networks and of another shape, so that they see a part of it. */
const picture = noisePicture(50, 36, 21)

const visions = new Map<Net, VisionModel>()
beforeAll(async () => {
  for (const net of [...smallNets, constantNet, brokenNet])
    visions.set(net, await openModel(net.bytes, { preset: { fit: 'crop', cropFraction: 1 }, size: net.size }))
})

const open = new Map<string, Promise<Explainer>>()

function explainerOf(net: Net, method: Method, more: Options): Promise<Explainer> {
  const options = optionsOf(method, more)
  const key = `${net.name} ${JSON.stringify(options)}`
  const own = method.name === 'd-rise' || method.target?.(options, visions.get(net) as VisionModel)
  const target = net.target && !own ? { target: net.target } : {}
  const made = open.get(key) ?? openExplainer(visions.get(net) as VisionModel, method, { options, ...target })
  open.set(key, made)
  return made
}

const explained = async (net: Net, method: Method, more: Options = {}, request: Request = {}): Promise<Explanation> =>
  (await explainerOf(net, method, more)).explain(picture, { ...chosen(net), ...request })

/** A class that is not the top one: pinned, so that batches cannot differ in it. */
const chosen = (net: Net): Request => (net.target ? {} : { class: 1 })

function relativeError(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0]
  b.forEach((value, i) => {
    difference += ((a[i] as number) - value) ** 2
    norm += value ** 2
  })
  return a.length !== b.length ? Number.POSITIVE_INFINITY : difference === 0 ? 0 : Math.sqrt(difference / norm)
}

describe.each(methods.map((method) => [method.name, method] as const))('%s', (name, method) => {
  const refusesPlain = refusals[name]?.[plain.name] !== undefined

  afterAll(async () => {
    for (const made of open.values())
      await made.then(
        (explainer) => explainer[Symbol.asyncDispose](),
        () => {},
      )
    open.clear()
  })

  test.each(smallNets.map((net) => [net.name, net] as const))('%s', async (title, net) => {
    const refused = refusals[name]?.[title]
    if (refused) {
      await expect(explained(net, method)).rejects.toBeInstanceOf(FoveaError)
      return
    }
    const { raw, heatmap, certificate } = await explained(net, method)
    // A rectified map may be empty on a network of random weights; that is what the status is for.
    const usual = method.display(optionsOf(method)) === 'positive' ? ['ok', 'no-positive-evidence'] : ['ok']
    if (otherStatus[name]?.[title]) expect(certificate.status).not.toBe('ok')
    else expect(usual).toContain(certificate.status)
    expect(certificate.input).toEqual(net.size)
    expect(raw.data.length).toBe(raw.width * raw.height)
    expect(raw.data.every(Number.isFinite)).toBe(true)
    expect([heatmap.width, heatmap.height]).toEqual([picture.width, picture.height])
    const { x, y, width, height } = certificate.seen
    heatmap.data.forEach((value, i) => {
      const [px, py] = [(i % picture.width) + 0.5, Math.floor(i / picture.width) + 0.5]
      const [dx, dy] = [Math.min(px - x, x + width - px), Math.min(py - y, y + height - py)]
      if (Math.min(dx, dy) > 1 && !Number.isFinite(value)) expect.fail(`no value at ${px}, ${py}, which was seen`)
      if (Math.min(dx, dy) < -1 && !Number.isNaN(value)) expect.fail(`a value at ${px}, ${py}, which was not seen`)
    })
  })

  test.skipIf(refusesPlain)('the batch does not change the map', async () => {
    const [many, one] = [await explained(plain, method), await explained(single, method)]
    // Convolutions of several rows may add in another order: float32's rounding.
    expect(relativeError(one.raw.data, many.raw.data)).toBeLessThan(1e-4)
  })

  test.runIf('seed' in method.options && !refusesPlain)('a seed gives one map, another seed another', async () => {
    const noisy = ['baseline', 'perturbation'].filter((key) => method.options[key]?.choices?.includes('noise'))
    const random: Options = Object.fromEntries(noisy.map((key) => [key, 'noise']))
    const maps = []
    for (const seed of [1, 1, 2]) maps.push((await explained(flat, method, { ...random, seed })).raw.data)
    expect(maps[1]).toEqual(maps[0])
    expect(maps[2]).not.toEqual(maps[0])
  })

  test.runIf(method.kind === 'run' && !refusesPlain)('progress grows to its total', async () => {
    const steps: [number, number][] = []
    await explained(single, method, {}, { onProgress: (done, total) => steps.push([done, total]) })
    expect(steps.length).toBeGreaterThan(1)
    steps.forEach(([done, total], i) => {
      expect(total).toBe(steps[0]?.[1])
      if (i > 0) expect(done).toBeGreaterThanOrEqual((steps[i - 1] as [number, number])[0])
    })
    expect(steps.at(-1)?.[0]).toBe(steps[0]?.[1])
  })

  test.skipIf(refusesPlain)("cancelled, it stops with the signal's reason", async () => {
    const reason = new Error('enough')
    const before = AbortSignal.abort(reason)
    await expect(explained(single, method, {}, { signal: before })).rejects.toBe(reason)
    if (method.kind === 'program') return
    const controller = new AbortController()
    let after = 0
    const onProgress = () => {
      if (controller.signal.aborted) after++
      controller.abort(reason)
    }
    await expect(explained(single, method, {}, { signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(after).toBe(0)
  })

  test.runIf(method.kind === 'run' && !refusesPlain)('asked to end early, it answers with what it has', async () => {
    const asked = explained(single, method, {}, { stop: AbortSignal.abort() })
    if (unready[name]) return expect(asked).rejects.toBeInstanceOf(FoveaError)
    const { raw, certificate } = await asked
    expect(raw.data.some(Number.isFinite)).toBe(true)
    expect(certificate.standardError ?? 0).toBeGreaterThanOrEqual(0)
  })

  test('a model that answers no number: a status or a refusal', async () => {
    const outcome = await explained(brokenNet, method).catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FoveaError)
    else if (!method.classFree)
      expect(['not-finite', 'unsupported']).toContain((outcome as Explanation).certificate.status)
  })

  test('a score that does not depend on the image: a status or a refusal', async () => {
    const outcome = await explained(constantNet, method).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(FoveaError)
      return
    }
    const { certificate, raw } = outcome as Explanation
    expect(raw.data.every(Number.isFinite)).toBe(true)
    if (!method.classFree && !scoreless[name])
      expect(['constant', 'no-positive-evidence']).toContain(certificate.status)
  })
})
