/** The scores of classes: the logit, the probability and the loss of a fixed class, or of the one that is chosen at run time. */

import type { Builder, Measured, Value } from '../../onnx/index.ts'
import type { Reference } from './expression.ts'
import type { Term } from './term.ts'
import type { ClassScores } from './vocabulary.ts'

/** The scores as [N, classes] in float32, from [N, classes, 1, 1] or [classes] too. */
export function classLogits(builder: Builder, measured: Measured, { logits, classes }: ClassScores): Value {
  const { op } = builder
  const value = builder.value(logits)
  const rank = measured.shapes.get(logits)?.dims.length ?? 2
  const list = rank === 2 ? value : op.Reshape(value, [-1, classes])
  return list.dtype === 'float32' ? list : op.Cast(list, { to: 1 })
}

/**
 * The class that is explained for each image, int64 [N, 1]: -1 becomes the top class. Without `asked` it is the top class.
 * GatherElements would count other negative numbers from the end; they are moved out of its bounds, so that ONNX Runtime refuses
 * them as it refuses numbers that are too large.
 */
export function chosenClass({ op }: Builder, logits: Value, classes: number, asked?: Value): Value {
  const top = op.ArgMax(logits, { axis: 1, keepdims: 1 })
  if (!asked) return top
  const column = op.Unsqueeze(asked, [1])
  const outside = op.Where(op.Less(column, 0), op.Sub(column, classes), column)
  return op.Where(op.Equal(column, -1), top, outside)
}

/** `logits[…]`, `prob[…]` and `loss[…]`: the score before the softmax, the probability, minus its logarithm. */
export function classTerm(
  builder: Builder,
  measured: Measured,
  scores: ClassScores,
  { name, indices }: Reference,
  chosen: (word: 'class' | 'top') => Value,
): Term {
  const { op } = builder
  const logits = classLogits(builder, measured, scores)
  const [index] = indices
  const list =
    name === 'logits' ? logits : name === 'prob' ? probability(builder, logits, scores) : loss(builder, logits, scores)
  const flat = { dims: [], varying: false } as const
  if (!index || index.kind === 'all') return { value: list, dims: [scores.classes], varying: false }
  if (index.kind === 'number') return { value: op.Squeeze(op.Gather(list, [index.value], { axis: 1 }), [1]), ...flat }
  const column = chosen(index.text === 'top' ? 'top' : 'class')
  return { value: op.Squeeze(op.GatherElements(list, column, { axis: 1 }), [1]), ...flat }
}

function probability({ op }: Builder, logits: Value, scores: ClassScores): Value {
  return scores.probability === 'sigmoid' ? op.Sigmoid(logits) : op.Softmax(logits, { axis: 1 })
}

/** -log p: for a softmax the cross-entropy, for sigmoids softplus(-logit). */
function loss({ op }: Builder, logits: Value, scores: ClassScores): Value {
  if (scores.probability === 'sigmoid') return op.Softplus(op.Neg(logits))
  return op.Neg(op.LogSoftmax(logits, { axis: 1 }))
}
