/** What the model says of an image: its best classes, with probabilities where it gives any; or the values of its answer. */

import type { VisionModel } from './vision-model.ts'

export interface Prediction {
  readonly class: number
  readonly label: string
  /** As the model gave it. */
  readonly score: number
  /** From the scores; null for plain values. */
  readonly probability: number | null
}

/** @param scores of one image, as the model gave them; of a model without classes the values of its answer */
export function predictions(vision: VisionModel, scores: Float64Array, most = 5): Prediction[] {
  const probabilities = probabilitiesOf(vision, scores)
  const name = (index: number) =>
    vision.head ? (vision.labels?.[index] ?? `class ${index}`) : `${vision.answer.output}[${index}]`
  const shown = vision.head ? best(scores, most) : [...scores.keys()].slice(0, most)
  return shown.map((index) => ({
    class: index,
    label: name(index),
    score: scores[index] as number,
    probability: probabilities?.[index] ?? null,
  }))
}

/** Where the largest numbers are, the largest first; of equal ones the first. */
function best(scores: Float64Array, most: number): number[] {
  const found: number[] = []
  const score = (place: number) => scores[found[place] as number] as number
  scores.forEach((own, index) => {
    let place = found.length
    while (place > 0 && own > score(place - 1)) place--
    if (place < most) found.splice(place, 0, index)
    if (found.length > most) found.pop()
  })
  return found
}

function probabilitiesOf({ head, format }: VisionModel, scores: Float64Array): Float64Array | undefined {
  if (!head) return undefined
  const kind = format.preset.scores ?? head.shows
  if (kind === 'values') return undefined
  if (kind === 'probabilities') return scores
  if (head.probability === 'sigmoid') return scores.map((score) => 1 / (1 + Math.exp(-score)))
  if (scores.length < 2) return undefined
  const top = scores.reduce((a, b) => Math.max(a, b))
  const powers = scores.map((score) => Math.exp(score - top))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}
