/** Models whose class score is linear in the means of a layer's channels: S = sum_k w_k mean_xy(A_k) + bias. */

import { FoveaError } from '../../error/index.ts'
import type { Graph, Node } from '../../onnx/index.ts'
import { sizeOf } from '../../tensor/index.ts'
import type { Written } from '../method.ts'
import type { Options } from '../options.ts'
import type { ProgramView } from '../program-view.ts'
import type { ForwardFacts } from '../recipe.ts'
import { atZero, between, firstBent, withZeros } from './behind.ts'
import { overChannels } from './weighing.ts'

const moving = /^(Identity|Dropout|Cast|Reshape|Flatten|Transpose|Slice)$/
const pooling = /^(GlobalAveragePool|ReduceMean|AveragePool)$/

interface Head {
  readonly layer: string
  readonly nodes: readonly Node[]
  /** How many positions the pool takes the mean of. */
  readonly positions: number
}

/** @throws FoveaError FOVEA_METHOD that names the node that is in the way */
export function pooledHead({ graph, layer, score, measured }: ForwardFacts, title: string): Head {
  const from = layer?.name ?? ''
  const nodes = between(graph, from, score.name)
  const refuse = (why: string): never => {
    throw new FoveaError(
      'FOVEA_METHOD',
      `${title} needs a global average pool and one linear layer between the layer '${from}' and the score, and ${why}. Grad-CAM and HiResCAM do without.`,
      { tensor: from },
    )
  }
  const bent = firstBent(nodes, from)
  if (bent) return refuse(`there is ${said(bent)}`)
  const pool = firstReal(nodes, from)
  if (!pool || !pooling.test(pool.op)) return refuse(pool ? `what comes first is ${said(pool)}` : 'there is none')
  const size = (name: string | undefined) => sizeOf(measured.shapes.get(name ?? '')?.dims ?? [])
  const positions = size(pool.inputs[0]) / size(pool.outputs[0])
  if (positions < (layer?.height ?? 0) * (layer?.width ?? 0)) return refuse(`${said(pool)} leaves positions`)
  return { layer: from, nodes, positions }
}

const said = ({ op, name, outputs }: Node) => `${op} (node '${name || outputs[0]}')`

/** The first node that does more than move elements; undefined where ways part before it. */
function firstReal(nodes: readonly Node[], from: string): Node | undefined {
  let name: string | undefined = from
  while (name !== undefined) {
    const readers = nodes.filter(({ inputs }) => inputs.includes(name as string))
    const [node] = readers
    if (!node || readers.length > 1 || !moving.test(node.op)) return readers.length > 1 ? undefined : node
    name = node.outputs[0]
  }
  return undefined
}

/** The score's own nodes once more with a layer of zeros: what is left of the score is the bias. */
export function withBias(graph: Graph, facts: ForwardFacts, title: string): Graph {
  const { layer, nodes } = pooledHead(facts, title)
  return withZeros(graph, nodes, layer)
}

/** sum_k w_k A_k: w_k is the gradient of the score, the same at every position, times the number of positions. Its mean is S - bias. */
export function weighedByHead(view: ProgramView, options: Options, title: string): Written {
  const { op, builder, facts, value, gradient, score } = view
  const { positions } = pooledHead(facts, title)
  const map = overChannels(view, op.Mul(op.Mul(gradient, positions), value), {})
  const bias = builder.value(atZero(score.name))
  return {
    map: options.relu ? op.Relu(map) : map,
    sum: op.ReduceMean(map, [1, 2], { keepdims: 0 }),
    promised: op.Sub(score, bias),
  }
}
