import { describe, expect, it } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { compare, differences, placesIn } from './differences.ts'
import { inputDims, randomGraph } from './random-graph.ts'
import { filled, model } from './row.ts'

const image = (batch: number) => {
  const dims = [batch, ...inputDims]
  return {
    x: filled(
      'float32',
      dims,
      Array.from({ length: sizeOf(dims) }, (_, i) => random(6).normal(i)),
    ),
  }
}

/** The gradient at x of the graph's score against central differences, for one image and for two. */
async function check(seed: number, steps: number): Promise<void> {
  const graph = randomGraph(seed, steps)
  const made = model(graph)
  const measured = await probe(made, { feeds: image(1) })
  const both = differentiate(graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  await using forward = await openProgram(made, { optimization: 'disabled', threads: 1 })
  await using backward = await openProgram(withGraph(made, both), { threads: 1 })
  for (const batch of [1, 2]) {
    const found = (await backward.run(image(batch)))[gradientName('x')] as Tensor
    expect(found.dims).toEqual([batch, ...inputDims])
    const got = numbers(found)
    const places = placesIn(got, 8)
    const slopes = await differences(forward, image(batch), 'x', places)
    compare(
      `seed ${seed}, ${steps} steps, batch ${batch}`,
      places.map((k) => got[k] as number),
      slopes,
      'measured',
    )
  }
}

describe('random graphs: chains and diamonds', () => {
  for (let seed = 1; seed <= 30; seed++) it(`seed ${seed}`, () => check(seed, 2 + (seed % 8)))
})
