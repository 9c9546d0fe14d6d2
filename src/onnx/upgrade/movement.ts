/** Operators that move elements: what to move became an input, so that it can be computed. */

import { attributesOf } from '../attributes.ts'
import { type Adapter, type Adapters, changed, input, required } from './adapter.ts'

/** Slice 1: starts, ends and axes are attributes. */
const sliceInputs: Adapter = (node, lift) => {
  const starts = required(node, 'starts', (a) => a.ints('starts'))
  const ends = required(node, 'ends', (a) => a.ints('ends'))
  const axes = attributesOf(node).ints('axes')
  const inputs = [input(node, 0), lift.integers('starts', starts), lift.integers('ends', ends)]
  if (axes) inputs.push(lift.integers('axes', axes))
  return changed(node, { inputs }, { drop: ['starts', 'ends', 'axes'] })
}

/** Pad 2: pads and value are attributes; the value counts in mode 'constant' only. */
const padInputs: Adapter = (node, lift) => {
  const data = input(node, 0)
  const attributes = attributesOf(node)
  const inputs = [
    data,
    lift.integers(
      'pads',
      required(node, 'pads', (a) => a.ints('pads')),
    ),
  ]
  const value = attributes.float('value', 0)
  if (value !== 0 && attributes.string('mode', 'constant') === 'constant')
    inputs.push(lift.scalar('value', value, data))
  return changed(node, { inputs }, { drop: ['pads', 'value'] })
}

/** Split 2 to 11: the sizes are an attribute. */
const splitSizes: Adapter = (node, lift) => {
  const sizes = attributesOf(node).ints('split')
  const inputs = sizes ? [input(node, 0), lift.integers('split', sizes)] : [input(node, 0)]
  return changed(node, { inputs }, { drop: ['split'] })
}

/** Split 13: without sizes the parts are equal and their number is that of the outputs; 18 wants it said. */
const splitCount: Adapter = (node) =>
  node.inputs[1] ? node : changed(node, {}, { add: { num_outputs: node.outputs.length } })

/** Squeeze and Unsqueeze 1 to 11, the reductions to 13: axes are an attribute; none (or an empty list) means all. */
export const axesInput: Adapter = (node, lift) => {
  const axes = attributesOf(node).ints('axes')
  const inputs = axes && axes.length > 0 ? [input(node, 0), lift.integers('axes', axes)] : [input(node, 0)]
  return changed(node, { inputs }, { drop: ['axes'] })
}

export const movement: Adapters = {
  Slice: { 10: sliceInputs },
  Pad: { 11: padInputs },
  Split: { 13: splitSizes, 18: splitCount },
  Squeeze: { 13: axesInput },
  Unsqueeze: { 13: axesInput },
  Scatter: { 11: (node) => changed(node, { op: 'ScatterElements' }) },
}
