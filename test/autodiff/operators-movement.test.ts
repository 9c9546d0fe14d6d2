import { it } from 'vitest'
import { movementRows } from './cases-movement.ts'
import { scatterRows } from './cases-scatter.ts'
import { checkRefusal, checkRows } from './harness.ts'

checkRows([...movementRows, ...scatterRows])

it('refuses to scatter by product', () =>
  checkRefusal(
    {
      operator: 'ScatterElements',
      name: 'mul',
      inputs: [{ dims: [4] }, { dims: [2], dtype: 'int64', data: [1, 2] }, { dims: [2] }],
      attributes: { reduction: 'mul' },
      wrt: [0],
    },
    /its reduction is 'mul'/,
  ))
