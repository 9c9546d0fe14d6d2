import type { Method } from '../method.ts'

/** The score handed back from layer to layer by rules of its own. */
export const propagationMethods: readonly Method[] = []
