/** Guided backpropagation: R' = R where the unit was active and R > 0. Springenberg et al. 2014, arXiv 1412.6806. */

import { receiving } from '../rule.ts'
import { gated, type RemarkedRules } from './gates.ts'

/** The ReLU's own gradient, of the positive part of what comes back. */
export const guided = (): RemarkedRules =>
  gated('guided backpropagation', (at, derivative) => derivative(receiving(at, at.op.Relu(at.dy))))
