/** What the relevance methods have in common: their rules, the sum that they promise, and the values that pixels can have. */

import type { RelevanceRules } from '../../autodiff/index.ts'
import { prepare, type VisionModel } from '../../models/index.ts'
import { foldBatchNorm, type Graph } from '../../onnx/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Written } from '../method.ts'
import type { ProgramView } from '../program-view.ts'
import type { Rules } from '../recipe.ts'

/** A BatchNormalization behind a layer becomes part of it: its rule is then the layer's. */
export const canonised = (graph: Graph): Graph => foldBatchNorm(graph)

/** @param seed what goes back from the score: its value, or 1 */
export function relevanceRules(
  name: string,
  { set, remarks, ledger }: RelevanceRules,
  seed: 'one' | 'value' = 'value',
): Rules {
  return {
    name,
    set,
    seed,
    ledger,
    get notes() {
      return [...remarks.sentences, keeping]
    },
  }
}

const keeping =
  'The sum is what reached the map and what biases, other constants and operators without a rule kept (details); relevanceLedger tells who.'

/** The relevance over its channels, and the sum of all of it, what biases kept included: the score's value, or what is promised. */
export function conserved({ op, builder, gradient, channels, score, parts: wants }: ProgramView): Written {
  const ledger = wants[0]?.rules?.ledger ?? []
  const map = op.ReduceSum(gradient, [channels], { keepdims: 0 })
  const reached = op.ReduceSum(map, [1, 2], { keepdims: 0 })
  const parts = ledger.flatMap((entry) => (entry.kept === null ? [] : [builder.value(entry.kept)]))
  const kept = parts.reduce((total, value) => op.Add(total, value), op.Sub(reached, reached))
  return { map, sum: op.Add(reached, kept), promised: score, details: { reached, kept } }
}

/** The value of each channel where all pixels are at `level`, 0 to 255, as the model receives it. */
export function levelOf({ format }: VisionModel, level: number): number[] {
  const { width, height, depth, layout } = format
  const image: Image = { width, height, data: new Uint8Array(3 * width * height).fill(level) }
  const { data } = prepare(image, format).tensor
  return Array.from({ length: depth }, (_, c) => data[layout === 'NCHW' ? c * width * height : c] as number)
}
