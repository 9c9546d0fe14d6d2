import type { Method } from '../method.ts'
import { extremalPerturbation } from './extremal-perturbation.ts'
import { meaningfulPerturbation } from './meaningful-perturbation.ts'

/** Masks that are optimised with the compiled gradient. */
export const maskMethods: readonly Method[] = [meaningfulPerturbation, extremalPerturbation]
