/** Objectives: one number per image, [N], built inside the graph, whose gradient explains or drives. */

import type { Builder, Value } from '../onnx/index.ts'

/** What an objective is built from. */
export interface Target {
  /** Class scores before the softmax, [N, classes]. */
  readonly logits: Value
  /** The class, int64 [1] (one for all images) or [N]; -1 is each image's top class. */
  readonly classIndex: Value
}

/** The class that is explained for each image, int64 [N, 1]: -1 becomes the top class. */
export function chosenClass({ op }: Builder, { logits, classIndex }: Target): Value {
  const top = op.ArgMax(logits, { axis: 1, keepdims: 1 })
  const asked = op.Unsqueeze(classIndex, [1])
  return op.Where(op.Less(asked, 0), top, asked)
}

/** The unnormalised score of the class (Simonyan et al. 2013). */
export function logit({ op }: Builder, logits: Value, chosen: Value): Value {
  return op.Squeeze(op.GatherElements(logits, chosen, { axis: 1 }), [1])
}

/** The cross-entropy loss of the class: minus the log of its probability. */
export function crossEntropy({ op }: Builder, logits: Value, chosen: Value): Value {
  return op.Neg(op.Squeeze(op.GatherElements(op.LogSoftmax(logits, { axis: 1 }), chosen, { axis: 1 }), [1]))
}
