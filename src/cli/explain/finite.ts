/** A model that answers NaN has said nothing that could be explained. */

import { FoveaError } from '../../error/index.ts'
import type { Explanation } from '../../explain/index.ts'
import type { VisionModel } from '../../models/index.ts'
import { numbers } from '../../tensor/index.ts'

/**
 * Of classes some may be ruled out (-infinity), but the best one needs a score; of other answers every number must be one.
 * @throws FoveaError FOVEA_NOT_FINITE with the first weight that is not finite, where the model has one
 */
export function refuseUnlessFinite(vision: VisionModel, { scores, certificate }: Explanation, title: string): void {
  const { head, answer } = vision
  const said = scores.length > 0 ? scores : Float64Array.of(certificate.score)
  const bad = head ? said.find((score) => Number.isNaN(score) || score === Number.POSITIVE_INFINITY) : undefined
  const wrong = bad ?? (head && said.some(Number.isFinite) ? undefined : said.find((score) => !Number.isFinite(score)))
  if (wrong === undefined) return
  const output = head?.output ?? answer.output
  const weight = brokenWeight(vision)
  const next = weight
    ? `its weights '${weight}' hold values that are not finite, so export the model again from a sound checkpoint`
    : `check that --preset gives the pixels the range that the model was trained on; a model in half precision may overflow, so export it in float32`
  throw new FoveaError(
    'FOVEA_NOT_FINITE',
    `${vision.name} answers ${title} with ${Number.isNaN(wrong) ? 'NaN' : 'infinity'} in its output '${output}': ${next}.`,
    { file: title, tensor: weight ?? output, got: String(wrong) },
  )
}

function brokenWeight({ model }: VisionModel): string | undefined {
  for (const [name, constant] of model.graph.constants)
    if (/^b?float/.test(constant.dtype) && !numbers(constant.read()).every(Number.isFinite)) return name
  return undefined
}
