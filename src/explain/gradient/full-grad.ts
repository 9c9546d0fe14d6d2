/**
 * Which pixels and which biases make the score? S = x . dS/dx + sum over biases of b . dS/db, exactly, on piecewise linear nets.
 * M = sum of up(psi(.)) over the image's term and the term of every bias that lies on positions; psi takes the size and rescales
 * it to [0, 1], layer by layer; up enlarges to the image's size.
 * Srinivas, Fleuret: Full-gradient representation for neural network visualization (2019), arXiv 1905.00780.
 * Warning: every layer counts as much as any other, and the map's values are shares of layers: only the identity is in scores.
 */

import type { Ops, Value } from '../../onnx/index.ts'
import type { ProgramMethod } from '../method.ts'
import type { Part, ProgramView } from '../program-view.ts'
import type { ForwardFacts } from '../recipe.ts'
import { type Bias, constantsOf } from './biases.ts'

export const fullGrad: ProgramMethod = {
  kind: 'program',
  name: 'full-grad',
  title: 'FullGrad',
  family: 'gradient',
  question: 'Which pixels, and which places of the layers by their biases, make the score?',
  formula: 'sum of up(rescaled |x . dS/dx|) and of up(rescaled |b . dS/db|) over all biases',
  reference: 'Srinivas, Fleuret 2019, arXiv:1905.00780',
  warning: 'Each layer is rescaled by itself, so an unimportant one weighs as much as any other.',
  cost: '2',
  options: {
    rescale: {
      default: 'layer',
      choices: ['layer', 'channel', 'none'],
      describe: 'what is brought to the range from 0 to 1 before it is added: a layer, each of its channels, nothing',
    },
  },
  like: {
    'pytorch-grad-cam': { options: { rescale: 'channel' }, note: 'before its sum is brought to the range from 0 to 1' },
  },
  at: 'image',
  display: () => 'positive',
  wants: (facts) => [{ at: facts.vision.pixels.name }, ...constantsIn(facts).biases.map(({ at }) => ({ at }))],
  heatmap(view, { rescale }) {
    const { op, parts, score, facts } = view
    const { format } = facts.vision
    const { biases, bent } = constantsIn(facts)
    const [image, ...rest] = parts as [Part, ...Part[]]
    const own = op.Mul(image.value, image.gradient)
    const terms = biases.map((bias, i) => term(view, bias, rest[i] as Part))
    const maps = terms.flatMap((value, i) => {
      const { layer } = rest[i] as Part
      if (!layer || (biases[i] as Bias).kind === 'bound') return []
      return [enlarge(op, squash(op, value, 1, rescale as string), format)]
    })
    const map = [squash(op, own, image.channels, rescale as string), ...maps].reduce((a, b) => op.Add(a, b))
    const sum = [own, ...terms].map((value) => total(op, value)).reduce((a, b) => op.Add(a, b))
    const note = `The model is not piecewise linear (${bent.join(', ')}): FullGrad's identity does not hold for it, and the completeness error shows by how much.`
    return { map, sum, promised: score, notes: bent.length > 0 ? [note] : [] }
  },
}

const constantsIn = ({ graph, vision, score }: ForwardFacts) => constantsOf(graph, vision.pixels.name, score.name)

/** b . dS/d(its output), in the output's shape; of layers [N, C, h, w]. */
function term({ op, builder, facts }: ProgramView, { at, write }: Bias, { gradient, layer }: Part): Value {
  const rank = facts.measured.shapes.get(at)?.dims.length ?? 4
  const raw = builder.value(at)
  const bias = op.Expand(
    write(op, (name) => builder.value(name), rank),
    op.Shape(raw),
  )
  const real = bias.dtype === 'float32' ? bias : op.Cast(bias, { to: 1 })
  return op.Mul(gradient, layer ? layer.toMap(builder, real) : real)
}

/** [N, …] -> [N] */
const total = (op: Ops, value: Value): Value => op.ReduceSum(op.Flatten(value, { axis: 1 }), [1], { keepdims: 0 })

/** |.| rescaled, and added over the channels: [N, C, h, w] (or channels at `axis`) -> [N, h, w] */
function squash(op: Ops, value: Value, axis: number, rescale: string): Value {
  const size = op.Abs(value)
  const axes = rescale === 'layer' ? [1, 2, 3] : [1, 2, 3].filter((a) => a !== axis)
  const add = (scaled: Value) => op.ReduceSum(scaled, [axis], { keepdims: 0 })
  if (rescale === 'none') return add(size)
  const least = op.ReduceMin(size, axes, { keepdims: 1 })
  const range = op.Sub(op.ReduceMax(size, axes, { keepdims: 1 }), least)
  return add(op.Div(op.Sub(size, least), op.Where(op.Greater(range, 0), range, op.Add(range, 1))))
}

/** [N, h, w] -> [N, height, width], bilinear with half-pixel centres */
function enlarge(op: Ops, map: Value, { height, width }: { height: number; width: number }): Value {
  const planes = op.Unsqueeze(map, [1])
  const sizes = op.Concat(op.Shape(planes, { end: 2 }), [height, width], { axis: 0 })
  return op.Squeeze(
    op.Resize(planes, null, null, sizes, { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }),
    [1],
  )
}
