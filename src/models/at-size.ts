/** The same model for pictures of another size: freed from the size that its exporter froze into it, and measured again. */

import { FoveaError } from '../error/index.ts'
import { fullyConnectedToConv, type Model, relaxShape, withGraph } from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { layersOf } from './layers/index.ts'
import { measure } from './measure.ts'
import { targetsOf } from './targets.ts'
import type { VisionModel } from './vision-model.ts'

export interface Relaxed {
  readonly model: Model
  /** The map of scores [N, K, h, w] for each value [N, K] that is its mean now: fully connected layers became convolutions. */
  readonly dense: ReadonlyMap<string, string>
}

const known = new WeakMap<Model, Relaxed>()

/**
 * The model with its height and width open. Names stay; at its own size it answers what it did.
 * @throws FoveaError FOVEA_UNSUPPORTED_OP naming the node that holds the size fast
 */
export function relaxed({ model, measured, image, format }: VisionModel): Relaxed {
  const made = known.get(model)
  if (made) return made
  const free = relaxShape(model.graph, measured, image.name)
  const { graph, dense } = fullyConnectedToConv(free, measured)
  const rows = format.layout === 'NCHW' ? -2 : -3
  const open = graph.inputs.map((input) => {
    if (input.name !== image.name || !input.shape) return input
    const at = input.shape.length + rows
    return { ...input, shape: input.shape.map((dim, i) => (i === at ? 'height' : i === at + 1 ? 'width' : dim)) }
  })
  const outputs = graph.outputs.map((output) => ({ name: output.name, dtype: output.dtype }))
  const result = { model: withGraph(model, { ...graph, inputs: open, outputs }), dense }
  known.set(model, result)
  return result
}

/**
 * @param size [height, width]
 * @throws FoveaError FOVEA_UNSUPPORTED_OP, FOVEA_IMAGE_TOO_SMALL
 */
export async function atSize(
  vision: VisionModel,
  [height, width]: readonly [number, number],
  device: Device = 'auto',
): Promise<VisionModel> {
  if (height === vision.format.height && width === vision.format.width) return vision
  const { model } = relaxed(vision)
  const { preset } = vision.format
  const factor = Math.min(height / vision.format.height, width / vision.format.width)
  const enlarged = preset.resize ? { ...preset, resize: Math.round(preset.resize * factor) } : preset
  const format = { ...vision.format, preset: enlarged, height, width }
  const { image, batch, inputs, pixels, answer, labels } = vision
  const measurements = await measure(model, { image, format, batch, inputs, device }).catch((error: unknown) =>
    Promise.reject(held(error, vision.name, `${height}x${width}`)),
  )
  const { measured, varying } = measurements
  const { graph } = measurements.model
  const layers = layersOf(graph, measured, pixels.name, answer.value, pixels.layout)
  const names = layers.map((layer) => layer.name)
  const targets = targetsOf({ graph, measured, varying, batch: batch ?? 1 }, answer, labels, names)
  return { ...vision, model: measurements.model, measured, varying, format, layers, targets }
}

function held(error: unknown, name: string, size: string): unknown {
  if (!(error instanceof FoveaError) || error.code === 'FOVEA_IMAGE_TOO_SMALL') return error
  return new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `${name} does not take pictures of ${size}, and Fovea could not free it from its size: ${error.message}`,
    error.details,
    error,
  )
}
