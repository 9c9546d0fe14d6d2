import { it } from 'vitest'
import { samplingRows } from './cases-sampling.ts'
import { checkRefusal, checkRows } from './harness.ts'

checkRows(samplingRows)

it('refuses RoiAlign by maximum', () =>
  checkRefusal(
    {
      operator: 'RoiAlign',
      name: 'max',
      inputs: [{ dims: [1, 1, 4, 4] }, { dims: [1, 4], data: [0, 0, 3, 3] }, { dims: [1], dtype: 'int64', data: [0] }],
      attributes: { mode: 'max' },
    },
    /its mode is 'max'/,
  ))
