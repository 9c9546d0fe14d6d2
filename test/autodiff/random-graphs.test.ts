/** Random networks: the compiled gradient against central differences, for one image and for three. */

import { expect, it } from 'vitest'
import { differentiate, gradient } from '../../src/autodiff/index.ts'
import { type Graph, print, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { float32, numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { differences, placesIn } from './differences.ts'
import { inputDims, randomGraph } from './random-graph.ts'
import { model } from './row.ts'

const graphs = Number(process.env.FOVEA_GRAPHS ?? 40)

/** Relative to the largest slope; differences in single precision see half a percent. */
async function errorsOf(graph: Graph, seed: number, batch: number): Promise<number[]> {
  const dims = [batch, ...inputDims]
  const { normal } = random(seed, 1)
  const x = float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => normal(i)),
  )
  const before = model(graph)
  const measured = await probe(before)
  const after = differentiate(graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  await using forward = await openProgram(before, { optimization: 'disabled', threads: 1 })
  await using backward = await openProgram(withGraph(before, { ...after, outputs: after.outputs.slice(-1) }), {
    threads: 1,
  })
  const got = numbers((await backward.run({ x }))['gradient/x'] as Tensor)
  const places = placesIn(got, 5)
  const slopes = await differences(forward, { x }, 'x', places)
  const scale = Math.max(...slopes.map(Math.abs), 1e-3)
  return places.map((place, i) => Math.abs((got[place] as number) - (slopes[i] as number)) / scale)
}

it(`${graphs} random networks`, async () => {
  const all: number[] = []
  for (let seed = 0; seed < graphs; seed++) {
    const graph = randomGraph(seed, 4 + (seed % 9))
    const errors = await errorsOf(graph, seed, seed % 2 === 0 ? 1 : 3)
    all.push(...errors)
    const misses = errors.filter((error) => !(error < 0.01)).length
    expect(
      misses,
      `seed ${seed}: errors ${errors.map((e) => e.toExponential(1))}\n${print(graph)}`,
    ).toBeLessThanOrEqual(1)
  }
  const within = all.filter((error) => error < 0.01).length / all.length
  const worst = all.sort((a, b) => b - a)
  if (process.env.FOVEA_ERRORS)
    process.stdout.write(`${all.length} slopes, ${within} within 1 %, worst ${worst.slice(0, 5)}\n`)
  expect(within).toBeGreaterThanOrEqual(0.99)
})
