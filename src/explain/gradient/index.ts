import type { Method } from '../method.ts'
import { saliency } from './saliency.ts'
import { smoothGrad } from './smooth-grad.ts'

/** Gradients at the image, and sums of them along paths and over noise. */
export const gradientMethods: readonly Method[] = [saliency, smoothGrad]
