/** Methods that are one program answer as each does by itself, and the model's own nodes are in it once. */

import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { decodeImage, readBytes } from '#platform'
import { compileMethod, findMethod, openExplainer, openExplainers } from '../../src/explain/index.ts'
import { together } from '../../src/explain/together.ts'
import { openModel, prepare } from '../../src/models/index.ts'

const vision = await openModel()
const cat = await decodeImage(await readBytes(resolve('examples/photos/chelsea.png')), { name: 'chelsea' })
const prepared = prepare(cat, vision.format)

/** Layer and image methods, other rules, a sum, a copy of the forward pass, details, a loop, no class. */
const names = ['saliency', 'grad-cam', 'lrp', 'rise', 'deeplift', 'eigen-cam']

/** What the engine joins into one operator depends on who else reads a value: the last bits differ. */
const distance = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Math.hypot(...Array.from(one, (value, i) => value - (other[i] as number))) / Math.hypot(...Array.from(other))

test('each method answers as by itself', async () => {
  const asked = names.map((name) => ({ method: findMethod(name), choice: {} }))
  const all = await openExplainers(vision, asked)
  expect(all.map(({ method }) => method.name)).toEqual(names)
  for (const explainer of all) {
    if (explainer.method.kind === 'run') continue
    await using alone = await openExplainer(vision, explainer.method)
    const own = await alone.explain(cat, { prepared, class: 281 })
    const { raw, scores, certificate } = await explainer.explain(cat, { prepared, class: 281 })
    expect(distance(scores, own.scores)).toBeLessThan(1e-6)
    expect(certificate.class).toBe(281)
    expect(distance(raw.data, own.raw.data)).toBeLessThan(1e-5)
    expect(Object.keys(certificate.details)).toEqual(Object.keys(own.certificate.details))
    const promised = own.certificate.completeness?.promised
    if (promised !== undefined) expect(certificate.completeness?.promised).toBeCloseTo(promised, 4)
  }
  for (const explainer of all) await explainer[Symbol.asyncDispose]()
})

test('another class and another image are asked for anew', async () => {
  const all = await openExplainers(
    vision,
    ['saliency', 'input-x-gradient'].map((name) => ({ method: findMethod(name) })),
  )
  const [first, second] = all as [(typeof all)[0], (typeof all)[0]]
  const cats = await first.explain(cat, { prepared, class: 281 })
  expect((await second.explain(cat, { prepared, class: 282 })).certificate.class).toBe(282)
  const mirrored = { ...cat, data: cat.data.toReversed() }
  const other = await first.explain(mirrored, { class: 281 })
  expect(other.scores).not.toEqual(cats.scores)
  expect(await first.explain(cat, { prepared, class: 281 })).toEqual(cats)
  // The program lives until the last one is closed.
  await first[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  expect((await second.explain(cat, { prepared, class: 281 })).scores).toEqual(cats.scores)
  await second[Symbol.asyncDispose]()
})

test('the forward pass is there once', async () => {
  const [one, other] = await Promise.all(
    ['saliency', 'grad-cam'].map((name) => compileMethod(vision, findMethod(name))),
  )
  if (!one || !other) throw new Error('two methods')
  const own = new Set(vision.model.graph.nodes.flatMap(({ outputs }) => outputs))
  const { model, parts } = together([one, other])
  const forward = model.graph.nodes.filter(({ outputs }) => outputs.some((name) => own.has(name)))
  expect(forward.length).toBe(vision.model.graph.nodes.length)
  expect(model.graph.nodes.length).toBeLessThanOrEqual(
    one.model.graph.nodes.length + other.model.graph.nodes.length - forward.length,
  )
  expect(model.graph.constants.size).toBeLessThan(one.model.graph.constants.size + vision.model.graph.constants.size)
  expect(model.graph.outputs.map(({ name }) => name)).toEqual([
    ...one.model.graph.outputs.map(({ name }) => name),
    ...[parts[1]?.score, parts[1]?.classes.class, parts[1]?.heatmap].map((info) => info?.name),
  ])
})
