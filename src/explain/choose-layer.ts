/** The layer that a CAM looks at, and why. */

import { defaultLayer, findLayer, type Layer, type VisionModel } from '../models/index.ts'

export interface ChosenLayer {
  readonly layer: Layer
  /** 'asked for', or why it is the default. */
  readonly reason: string
}

/** @throws FoveaError FOVEA_LAYER */
export function chooseLayer(vision: VisionModel, wanted?: string): ChosenLayer {
  if (wanted !== undefined) return { layer: findLayer(vision.layers, wanted), reason: 'asked for' }
  return defaultLayer(vision.model.graph, vision.measured, vision.layers, vision.answer.value)
}
