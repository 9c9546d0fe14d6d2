/** x s with s = Sigmoid(x): the rule sees s, too. */

import { maker } from '../../onnx/index.ts'
import type { Group } from './index.ts'
import { eitherWay } from './made.ts'

export const swish: Group = {
  op: 'Swish',
  of: ['Sigmoid', 'Mul'],
  find(node, { graph, isRead }) {
    if (node.op !== 'Mul') return undefined
    for (const [x, s] of eitherWay(node)) {
      const gate = maker(graph, s, 'Sigmoid')
      if (gate?.inputs[0] !== x || isRead(s, node)) continue
      return { others: [gate], inputs: [x], outputs: [node.outputs[0] as string, s] }
    }
    return undefined
  },
}
