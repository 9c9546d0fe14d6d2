/** Scan 8, which runs over a batch of sequences. */

import { FoveaError } from '../../error/index.ts'
import { attributesOf } from '../attributes.ts'
import type { Graph, Node, ValueInfo } from '../graph.ts'
import { type Adapter, type Adapters, changed, type Lift, required } from './adapter.ts'

/** Scan 8 is, since 9, a Scan over the batch whose body is the Scan over one sequence. */
const overBatch: Adapter = (node, lift) => {
  const [lengths, ...inputs] = node.inputs
  if (lengths)
    throw new FoveaError(
      'FOVEA_UNSUPPORTED_OP',
      `Scan node '${node.name}' (opset 8) has sequences of different lengths; export the model with opset 9 or later.`,
      { node: node.name, op: 'Scan' },
    )
  const sequences = required(node, 'num_scan_inputs', (a) =>
    a.has('num_scan_inputs') ? a.int('num_scan_inputs', 0) : undefined,
  )
  const body = required(node, 'body', () => (node.attributes.body?.type === 'graph' ? node.attributes.body : undefined))
  const directions = attributesOf(node).ints('directions')
  const states = inputs.length - sequences
  const given = faces(body.value.inputs, inputs, states, lift)
  const computed = faces(body.value.outputs, node.outputs, states, lift)
  const one: Node = {
    ...changed(
      node,
      { inputs: given.map((info) => info.name), outputs: computed.map((info) => info.name) },
      { drop: ['directions'], add: directions ? { scan_input_directions: directions } : {} },
    ),
    name: lift.fresh('sequence'),
  }
  const each: Graph = {
    name: one.name,
    inputs: given,
    outputs: computed,
    nodes: [one],
    constants: new Map(),
    valueTypes: new Map(),
  }
  return changed(
    node,
    { inputs },
    { drop: ['directions'], add: { body: { type: 'graph', value: each }, num_scan_inputs: inputs.length } },
  )
}

/** The batch body's own names for what goes through it: states as they are, sequences with their length in front. */
function faces(infos: readonly ValueInfo[], names: readonly string[], states: number, lift: Lift): ValueInfo[] {
  return names.map((_, i) => {
    const info = infos[i]
    const name = lift.fresh(`each/${i}`)
    const shape = info?.shape && (i < states ? info.shape : [null, ...info.shape])
    return { name, dtype: info?.dtype ?? 'float32', ...(shape ? { shape } : {}) }
  })
}

export const control: Adapters = { Scan: { 9: overBatch } }
