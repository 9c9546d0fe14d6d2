import type { Method } from '../method.ts'

/** Masks that are optimised with the compiled gradient. */
export const maskMethods: readonly Method[] = []
