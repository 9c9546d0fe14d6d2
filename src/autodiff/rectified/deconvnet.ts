/**
 * Deconvnet: R' = R where R > 0, whether the unit was active or not; pools give to the place of the maximum (their switches), and
 * where windows overlap it adds up. Zeiler, Fergus 2013, arXiv 1311.2901.
 */

import { gated, type RemarkedRules } from './gates.ts'

export const deconvnet = (): RemarkedRules => gated('the deconvnet', ({ op, dy }) => [op.Relu(dy)])
