/** The input gradient of outputs that are no class scores (maps of a segmenter, anchors of a detector), compiled by hand. */

import { readFileSync } from 'node:fs'
import { differentiate, gradient, gradientName } from 'fovea/autodiff'
import { Builder, dropDead, readModel, withGraph } from 'fovea/onnx'
import { extend, probe } from 'fovea/runtime'
import { int64, type Tensor } from 'fovea/tensor'
import type { Entry } from './entry.ts'

/** The sum of the output's elements with `index` on `axis`, differentiated at the image. */
export async function compileDirectly(file: string, { objective, inputs }: Entry, x: Tensor) {
  const image = inputs[0] as string
  const start = performance.now()
  const vision = readModel(new Uint8Array(readFileSync(file)), { name: file })
  const measured = await probe(vision, { feeds: { [image]: x } })
  const opened = performance.now()
  const builder = new Builder(vision.graph)
  const { op } = builder
  const part = op.Gather(builder.value(objective.output), builder.constant(int64([], [objective.index])), {
    axis: objective.axis,
  })
  const score = builder.named('ReduceSum', 'score', op.Flatten(part, { axis: 1 }), [1], { keepdims: 0 })
  const withScore = withGraph(vision, builder.finish())
  const complete = await extend(measured, vision.graph, withScore)
  const graph = differentiate(withScore.graph, {
    objective: score.name,
    wrt: [image],
    rules: gradient,
    measured: complete,
  })
  const name = gradientName(image)
  const outputs = graph.outputs.filter((output) => output.name === name)
  const compiled = withGraph(withScore, dropDead({ ...graph, outputs }))
  return { vision, compiled, gradient: name, openMs: opened - start, compileMs: performance.now() - opened }
}
