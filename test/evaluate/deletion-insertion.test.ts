/** Deletion and insertion: ends of the curves, the order of pixels, areas in closed form. */

import { beforeAll, describe, expect, test } from 'vitest'
import { area, type CurveJudge, openCurves, orderOf } from '../../src/evaluate/index.ts'
import { feedsOf, openModel, predictions, prepare, type VisionModel } from '../../src/models/index.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { float32, numbers, random, type Tensor } from '../../src/tensor/index.ts'

const noise = random(4)
const image = { width: 32, height: 32, data: Uint8Array.from({ length: 3072 }, (_, i) => 256 * noise.uniform(i)) }
const plane = (value: (i: number) => number) => ({
  width: 32,
  height: 32,
  data: Float32Array.from({ length: 1024 }, (_, i) => value(i)),
})

test('the area of a line, of a step, of a constant', () => {
  expect(area([0, 0.5, 1])).toBeCloseTo(0.5, 15)
  expect(area([1, 0, 0, 0])).toBeCloseTo(1 / 6, 15)
  expect(area([0.3, 0.3])).toBeCloseTo(0.3, 15)
})

describe('the order of pixels', () => {
  test('from the highest down, no data last', () => {
    const data = Float32Array.of(0.1, Number.NaN, 3, -2)
    expect([...orderOf({ width: 4, height: 1, data })]).toEqual([2, 0, 3, 1])
  })

  test('equal values fall by the seed, not row by row', () => {
    const flat = plane(() => 0)
    const order = orderOf(flat, 1)
    expect([...orderOf(flat, 1)]).toEqual([...order])
    expect([...orderOf(flat, 2)]).not.toEqual([...order])
    const rows = order.subarray(0, 512).reduce((sum, i) => sum + Math.floor(i / 32), 0) / 512
    expect(Math.abs(rows - 15.5)).toBeLessThan(2)
  })
})

describe('curves', () => {
  let vision: VisionModel
  let judge: CurveJudge
  const probabilityOf = async (tensor: Tensor<'float32'>, index: number) => {
    await using program = await openProgram(vision.model)
    const answers = await program.run(feedsOf(vision, tensor))
    return predictions(vision, numbers(answers.scores as Tensor)).find((one) => one.class === index)
      ?.probability as number
  }
  beforeAll(async () => {
    vision = await openModel('test/fixtures/sizes/flat.onnx', { preset: 'unit' })
    judge = await openCurves(vision, image, { steps: 8 })
  })

  test('deletion begins with the picture and ends with grey, insertion ends with the picture', async () => {
    const { tensor } = prepare(image, vision.format)
    const { deletion, insertion } = await judge.judge(plane((i) => i))
    const whole = await probabilityOf(tensor, judge.class)
    const grey = await probabilityOf(float32(tensor.dims, new Float32Array(3072)), judge.class)
    expect(deletion).toHaveLength(9)
    expect(deletion[0]).toBeCloseTo(whole, 6)
    expect(deletion.at(-1)).toBeCloseTo(grey, 6)
    expect(insertion.at(-1)).toBeCloseTo(whole, 6)
  })

  test('the order decides the curve; coarse maps are enlarged first', async () => {
    const up = await judge.judge(plane((i) => i))
    const down = await judge.judge(plane((i) => -i))
    expect(up.deletion[4]).not.toBeCloseTo(down.deletion[4] as number, 6)
    const coarse = await judge.judge({ width: 1, height: 32, data: Float32Array.from({ length: 32 }, (_, y) => y) })
    expect(coarse.deletion).toHaveLength(9)
  })
})
