/** What a target may speak of: the names of one model, its classes, and how to say what there is when a name is unknown. */

import { didYouMean } from '../../error/index.ts'
import { functions } from './expression.ts'

/** The class scores of a model: `logits`, `prob` and `loss` are made from them. */
export interface ClassScores {
  /** The value before a final softmax or sigmoid: [N, classes], or with trailing axes of size 1, or [classes]. */
  readonly logits: string
  /** The output that shows them. */
  readonly output: string
  /** What turns the logits into probabilities. */
  readonly probability: 'softmax' | 'sigmoid'
  readonly classes: number
}

export interface Vocabulary {
  /** Absent for models without a list of classes. */
  readonly scores?: ClassScores
  readonly outputs: readonly string[]
  readonly inputs: readonly string[]
  /** Short names for outputs: y for the only answer of a regression, seg for the only map. */
  readonly aliases: Readonly<Record<string, string>>
  /** Names that `layer("…")` is likely to mean, for "did you mean". */
  readonly layers: readonly string[]
  /** Targets that can be said of this model. */
  readonly examples: readonly string[]
  /** The images in a batch of a model whose batch size is fixed. */
  readonly fixedBatch?: number
  /** Values whose size depends on the image (detections), and the axes that do. */
  readonly varying: ReadonlyMap<string, readonly boolean[]>
  /** A label's class. @throws FoveaError FOVEA_CLASS */
  classOf(label: string): number
}

/** What can be said of the model, in one sentence. */
export function sayable({ scores, outputs, aliases, examples }: Vocabulary): string {
  const names = [...(scores ? ['top', 'class', 'logits', 'prob', 'loss'] : []), ...Object.keys(aliases), ...outputs]
  const words = [...new Set(names)].map((name) =>
    /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `output("${name}")`,
  )
  const known = `it can be said with ${words.join(', ')} and layer("…")`
  return examples.length > 0 ? `${known}, for example ${examples.join(' or ')}` : known
}

/** Why a bare name means nothing here. */
export function unknownName(name: string, vocabulary: Vocabulary): string {
  const { scores, outputs, aliases } = vocabulary
  if (!scores && /^(logits|prob|loss|top|class)$/.test(name))
    return `'${name}' needs class scores, and this model has no list of classes; ${sayable(vocabulary)}`
  const words = [
    ...(scores ? ['top', 'class', 'logits', 'prob', 'loss'] : []),
    ...outputs,
    ...Object.keys(aliases),
    ...functions,
  ]
  return `there is no '${name}'${didYouMean(name, words)}; ${sayable(vocabulary)}`
}
