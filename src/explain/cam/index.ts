import type { Method } from '../method.ts'
import { cameras } from './cameras.ts'
import { gradCam } from './grad-cam.ts'

/** Class activation maps: a layer's channels, weighed and summed. */
export const camMethods: readonly Method[] = [gradCam, cameras]
