/** Files that state how many images they take are lowered as others are. */

import { expect, test } from 'vitest'
import * as nets from './nets.ts'

const { bottleneck, excited, fire, inverted, lowered, mobile, ofTwo, operators, residual } = nets

test.each([
  ['convolutions of all kinds', nets.net(1, 6)],
  ['MobileNet', mobile(1, [2, 2], 6)],
  ['MobileNetV2', inverted(1)],
  ['squeeze-and-excitation', excited(1)],
  ['ResNet', residual(1)],
  ['ResNet-50', bottleneck(1)],
  ['SqueezeNet', fire(1)],
  ['classes', nets.classifier(1, 'matrix')],
])('%s', async (_, net) => {
  const [free, fixed] = [await lowered(net), await lowered(ofTwo(net))]
  expect(operators(fixed.graph)).toEqual(operators(free.graph))
  expect(fixed.fast).toEqual(free.fast)
})
