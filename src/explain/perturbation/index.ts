import type { Method } from '../method.ts'

/** What the model answers when parts of the image are hidden. */
export const perturbationMethods: readonly Method[] = []
