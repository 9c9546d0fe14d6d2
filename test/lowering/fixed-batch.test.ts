/** Files that state how many images they take are lowered as others are. */

import { expect, test } from 'vitest'
import {
  bottleneck,
  classifier,
  excited,
  fire,
  inverted,
  lowered,
  mobile,
  net,
  ofTwo,
  operators,
  residual,
} from './nets.ts'

test.each([
  ['convolutions of all kinds', net(1, 6)],
  ['MobileNet', mobile(1, [2, 2], 6)],
  ['MobileNetV2', inverted(1)],
  ['squeeze-and-excitation', excited(1)],
  ['ResNet', residual(1)],
  ['ResNet-50', bottleneck(1)],
  ['SqueezeNet', fire(1)],
  ['classes', classifier(1, 'matrix')],
])('%s', async (_, graph) => {
  const [free, fixed] = [await lowered(graph), await lowered(ofTwo(graph))]
  expect(operators(fixed.graph)).toEqual(operators(free.graph))
  expect(fixed.fast).toEqual(free.fast)
})
