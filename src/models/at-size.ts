/** The same model for pictures of another size: freed from the size that its exporter froze into it, and measured again. */

import { FoveaError } from '../error/index.ts'
import { fullyConnectedToConv, type Model, relaxShape, type ValueInfo, withGraph } from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { layersOf } from './layers/index.ts'
import { measure } from './measure.ts'
import type { InputFormat } from './prepare.ts'
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
export function relaxed(vision: VisionModel): Relaxed {
  const made = known.get(vision.model) ?? withDense(vision, false)
  known.set(vision.model, made)
  return made
}

/** `relaxed`, with the pool of a linear head behind it, so that it has a map of scores, too; the scores then differ by rounding. */
export const relaxedDense = (vision: VisionModel): Relaxed => withDense(vision, true)

function withDense({ name, model, measured, image, format, layers }: VisionModel, pools: boolean): Relaxed {
  const windows = isOpen(image, format) ? undefined : layers.find(({ layout }) => layout === 'tokens in windows')
  if (windows)
    throw new FoveaError(
      'FOVEA_UNSUPPORTED_OP',
      `${name} cannot be freed from its size: it attends in windows ('${windows.name}', node '${windows.node}'), whose shifts and padding the exporter froze. Export it with dynamic height and width.`,
      { node: windows.node, op: windows.op },
    )
  const free = relaxShape(model.graph, measured, image.name)
  const { graph, dense } = fullyConnectedToConv(free, measured, pools)
  const open = graph.inputs.map((input) => {
    if (input.name !== image.name || !input.shape) return input
    const at = rowAxis(input.shape, format)
    return { ...input, shape: input.shape.map((dim, i) => (i === at ? 'height' : i === at + 1 ? 'width' : dim)) }
  })
  const outputs = graph.outputs.map((output) => ({ name: output.name, dtype: output.dtype }))
  return { model: withGraph(model, { ...graph, inputs: open, outputs }), dense }
}

const rowAxis = (shape: readonly unknown[], { layout }: InputFormat) => shape.length - (layout === 'NCHW' ? 2 : 3)

/** Whether the file itself leaves height and width open. */
function isOpen({ shape = [] }: ValueInfo, format: InputFormat): boolean {
  const at = rowAxis(shape, format)
  return shape.slice(at, at + 2).every((dim) => typeof dim !== 'number')
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
