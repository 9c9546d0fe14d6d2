/** The methods, in the order in which they are shown. Everything that lists methods iterates over this. */

import { didYouMean, FoveaError } from '../error/index.ts'
import { camMethods } from './cam/index.ts'
import { gradientMethods } from './gradient/index.ts'
import { maskMethods } from './mask/index.ts'
import type { Method } from './method.ts'
import { perturbationMethods } from './perturbation/index.ts'
import { propagationMethods } from './propagation/index.ts'

export const methods: readonly Method[] = [
  ...gradientMethods,
  ...camMethods,
  ...propagationMethods,
  ...perturbationMethods,
  ...maskMethods,
]

/** @throws FoveaError FOVEA_USAGE for a name that is not in the catalogue */
export function findMethod(name: string): Method {
  const found = methods.find((method) => method.name === name)
  if (found) return found
  const names = methods.map((method) => method.name)
  throw new FoveaError(
    'FOVEA_USAGE',
    `There is no method '${name}'${didYouMean(name, names)}; fovea methods lists the ${names.length} that there are.`,
  )
}
