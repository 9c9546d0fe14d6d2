/** The heatmap in the photograph's pixels is made when somebody looks at it: a sheet is drawn from the raw map. */

import { type Placement, toOriginal } from '../image/index.ts'
import type { Plane } from '../tensor/index.ts'
import type { Explanation } from './explainer.ts'

export function withHeatmap(placement: Placement, explanation: Omit<Explanation, 'heatmap'>): Explanation {
  let kept: Plane | undefined
  return {
    ...explanation,
    get heatmap() {
      kept ??= toOriginal(explanation.raw, placement, { filter: 'bilinear' })
      return kept
    },
  }
}
