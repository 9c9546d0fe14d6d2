/** Clip, whose bounds became inputs, and the Softmax family, which used to flatten. */

import { attributesOf } from '../attributes.ts'
import { type Adapter, type Adapters, changed, input, output } from './adapter.ts'

/** Clip 6: the bounds are attributes; an absent one is the largest float, as in the later form. */
const clipBounds: Adapter = (node, lift) => {
  const x = input(node, 0)
  const attributes = attributesOf(node)
  const bound = (name: string) => (attributes.has(name) ? lift.scalar(name, attributes.float(name, 0), x) : '')
  const inputs = [x, bound('min'), bound('max')]
  while (inputs.at(-1) === '') inputs.pop()
  return changed(node, { inputs }, { drop: ['min', 'max'] })
}

/**
 * Softmax, LogSoftmax and Hardmax 1 to 11 flatten to two dimensions, those before `axis` (1 if absent) and the rest, and work
 * along the second. On the last axis that is what the later form does, too.
 */
const unflattened: Adapter = (node, lift) => {
  const x = input(node, 0)
  const axis = attributesOf(node).int('axis', 1)
  const rank = lift.around.rank(x)
  if (axis === -1 || axis + 1 === rank) return changed(node, {}, { add: { axis } })
  const flat = lift.write('Flatten', [x], { axis })
  const result = lift.fresh('flat')
  lift.follow('Reshape', [result, lift.write('Shape', [x])], output(node), { allowzero: 1 })
  return changed(node, { inputs: [flat], outputs: [result] }, { add: { axis: -1 } })
}

export const activation: Adapters = {
  Clip: { 11: clipBounds },
  Softmax: { 13: unflattened },
  LogSoftmax: { 13: unflattened },
  Hardmax: { 13: unflattened },
}
