/**
 * The rule sets that change what goes back through a ReLU and leave the gradient elsewhere. They know the ReLU; for a clip from
 * 0 (ReLU6) they are extended; at any other bent operator their papers have no rule, and a remark says that it got the gradient.
 */

import { numbers } from '../../tensor/index.ts'
import { gradient } from '../gradient/index.ts'
import { linearityOf } from '../linearity.ts'
import { type Remarks, remarks } from '../remarks.ts'
import { type Backward, isTarget, type Rule, type RuleSet } from '../rule.ts'

export interface RemarkedRules {
  readonly set: RuleSet
  readonly remarks: Remarks
}

/** @param gate what goes back through a ReLU, or through a clip from 0 with its own derivative (`gradient`) */
export function gated(title: string, gate: (at: Backward, derivative: Rule) => ReturnType<Rule>): RemarkedRules {
  const notes = remarks()
  const plain = Object.fromEntries(
    Object.entries(gradient).map(([key, rule]): [string, Rule] => [
      key,
      (at) => {
        if (linearityOf(at) === 'nonlinear' && !isTarget(at))
          notes.add(at.node, `got the plain gradient: ${title} is defined at ReLU`)
        return rule(at)
      },
    ]),
  )
  const relu = gradient.Relu as Rule
  const clip = gradient.Clip as Rule
  return {
    remarks: notes,
    set: {
      ...plain,
      Relu: (at) => gate(at, relu),
      Clip: (at) => {
        if (lowerBound(at) !== 0 || at.wanted(1) || at.wanted(2)) return (plain.Clip as Rule)(at)
        notes.add(at.node, `was taken as a ReLU with an upper bound, which the paper of ${title} does not speak of`)
        return gate(at, clip)
      },
    },
  }
}

function lowerBound(at: Backward): number | undefined {
  const bound = at.has(1) ? at.constant(at.x[1]) : undefined
  return bound && numbers(bound)[0]
}
