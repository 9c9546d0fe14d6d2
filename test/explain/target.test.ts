/** Targets compiled into a graph: their scores and gradients against PyTorch in float64, and what is said of wrong ones. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileMethod, explain, findMethod, openExplainer, type ProgramMethod } from '../../src/explain/index.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import { requiredInputs } from '../../src/onnx/index.ts'
import type { Feeds } from '../../src/platform/index.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { float32, numbers, type Tensor } from '../../src/tensor/index.ts'
import { part, relativeError } from '../fixture-nets.ts'
import { array, file, square } from '../target-nets.ts'

const plainGradient: ProgramMethod = {
  ...(findMethod('saliency') as ProgramMethod),
  name: 'gradient',
  options: {},
  heatmap: ({ gradient }) => gradient,
}

const rows = JSON.parse(readFileSync(file('targets.json'), 'utf8')) as { target: string; score: number[] }[]

let many: VisionModel
beforeAll(async () => {
  const options = { output: 'classes', preset: 'unit', size: [8, 8], labels: file('labels.txt') } as const
  many = await openModel(file('many.onnx'), options)
})

describe('PyTorch float64', () => {
  test.each(rows.map(({ target, score }, i) => [target, score, i] as const))('%s', async (target, score, i) => {
    const compiled = await compileMethod(many, plainGradient, { target })
    await using program = await openProgram(compiled.model)
    const mask: Feeds = compiled.mask ? { mask: { ...array('mask.npy'), dims: [1, 8, 8] } } : {}
    const answers = await program.run({ image: array('x.npy'), ...mask })
    const got = numbers(answers['fovea/score'] as Tensor)
    expect(relativeError(got, score)).toBeLessThan(1e-5)
    expect(relativeError(numbers(answers.heatmap as Tensor), part(array('gradients.npy'), i))).toBeLessThan(1e-5)
  })
})

describe('the compiled program', () => {
  const inputs = async (target: string) =>
    requiredInputs((await compileMethod(many, plainGradient, { target, class: 'required' })).model.graph).map(
      ({ name }) => name,
    )

  test('has a class_index only when the target leaves the class to the run, a mask only when it has one', async () => {
    expect(await inputs('class')).toEqual(['image', 'class_index'])
    expect(await inputs('prob[class] - prob[3]')).toEqual(['image', 'class_index'])
    expect(await inputs('top')).toEqual(['image'])
    expect(await inputs('logits[2]')).toEqual(['image'])
    expect(await inputs('sum(seg[0] * mask)')).toEqual(['image', 'mask'])
  })
})

describe('the certificate', () => {
  const image = square(8, [1, 1, 3])
  const certified = async (target: string | undefined, request = {}) => {
    await using explainer = await openExplainer(many, plainSaliency, { target })
    return (await explainer.explain(image, request)).certificate
  }
  const plainSaliency = findMethod('saliency')

  test.each([
    [undefined, { class: 2 }, 'logits[2]', 2, 'tiger cat'],
    ['class', { class: 'lynx' }, 'logits[3]', 3, 'lynx'],
    ['prob["tiger cat"]', {}, 'prob[2]', 2, 'tiger cat'],
    [' - logits [ 4 ]', {}, '-logits[4]', 4, 'tiger'],
    ['logits[class]-(logits[1]+0.5)', { class: 0 }, 'logits[0] - (logits[1] + 0.5)', null, null],
    ['sum(seg[1])', {}, 'sum(seg[1])', null, null],
    ['layer("/Tanh_output_0")[4]', {}, 'mean(layer("/Tanh_output_0")[4])', null, null],
  ])('%s', async (target, request, objective, index, label) => {
    expect(await certified(target, request)).toMatchObject({ objective, class: index, label })
  })

  test('the words top and class are resolved to the classes that were chosen', async () => {
    const { objective, class: index } = await certified('top')
    expect(objective).toBe(`logits[${index}]`)
    const both = await certified('logits[top] - logits[class]', { class: 1 })
    expect(both.objective).toBe(`logits[${index}] - logits[1]`)
  })
})

describe('refusals', () => {
  const image = square(8, [1, 1, 3])
  const refused = (target: string, options = {}) =>
    explain(many, image, { method: 'saliency', target, ...options }).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    )

  test.each([
    ['logits[5]', 'FOVEA_CLASS', 'classes are 0 to 4'],
    ['seg[3]', 'FOVEA_USAGE', 'places 0 to 2'],
    ['seg[1]', 'FOVEA_USAGE', 'a target is one'],
    ['boxes[0, 0, 0]', 'FOVEA_USAGE', 'axes [4,4]'],
    ['sge[1]', 'FOVEA_USAGE', "did you mean 'seg'"],
    ['output("sge")[1]', 'FOVEA_USAGE', 'it has "classes", "seg"'],
    ['layer("/Tanh_outptu_0")[1]', 'FOVEA_LAYER', "did you mean '/Tanh_output_0'"],
    ['sum(mask)', 'FOVEA_USAGE', 'nothing that the model computes'],
    ['scores[0] * mask', 'FOVEA_USAGE', 'needs a map'],
    ['sum(seg * boxes)', 'FOVEA_USAGE', 'do not fit together'],
    ['3 + 4', 'FOVEA_USAGE', 'nothing that the model computes'],
    ['logits[1] + 1 / 0', 'FOVEA_USAGE', 'no finite number'],
    ['prob[tigger cat]', 'FOVEA_CLASS', "did you mean 'tiger cat'"],
    ['prob[ti]', 'FOVEA_CLASS', 'fits 2 classes: tiger cat (2), tiger (4)'],
    ['prob["top"]', 'FOVEA_CLASS', 'without quotes'],
    ['loss', 'FOVEA_USAGE', 'needs a class'],
    ['argmax(logits)', 'FOVEA_ZERO_GRADIENT', 'gradient is zero everywhere'],
  ])('%s', async (target, code, words) => {
    const error = await refused(target)
    expect(error?.code).toBe(code)
    expect(error?.message).toContain(words)
  })

  test('a class for a target that does not use it; a mask that nobody asked for, one that is missing, one of another size', async () => {
    expect((await refused('logits[1]', { class: 2 }))?.message).toContain('does not use the class 2')
    expect((await refused('logits[1]', { mask: [1] }))?.message).toContain("no input 'mask'")
    expect((await refused('sum(seg * mask)'))?.message).toContain('a mask of 8x8')
    expect((await refused('sum(seg * mask)', { mask: float32([4, 4], new Float32Array(16)) }))?.code).toBe(
      'FOVEA_SHAPE',
    )
  })

  test("a target beside the method's own", async () => {
    expect((await refused('logits[1]', { options: { objective: 'cross-entropy' } }))?.message).toContain(
      'leave one out',
    )
  })
})
