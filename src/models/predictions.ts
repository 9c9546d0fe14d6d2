/** What the model says of an image: its best classes, with probabilities where its scores are logits. */

import type { VisionModel } from './vision-model.ts'

export interface Prediction {
  readonly class: number
  readonly label: string
  /** As the model gave it. */
  readonly score: number
  /** Softmax of the logits; null when the preset says that the outputs are plain values. */
  readonly probability: number | null
}

export function predictions(vision: VisionModel, scores: Float64Array, most = 5): Prediction[] {
  const probabilities = probabilitiesOf(vision, scores)
  return Array.from(scores, (score, index) => ({
    class: index,
    label: vision.labels?.[index] ?? `class ${index}`,
    score,
    probability: probabilities?.[index] ?? null,
  }))
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}

function probabilitiesOf({ head, format }: VisionModel, scores: Float64Array): Float64Array | undefined {
  const kind = format.preset.scores ?? (head.softmax ? 'probabilities' : 'logits')
  if (kind === 'values' || scores.length < 2) return undefined
  if (kind === 'probabilities') return scores
  const top = scores.reduce((a, b) => Math.max(a, b))
  const powers = scores.map((score) => Math.exp(score - top))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}
