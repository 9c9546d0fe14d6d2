/** The probe of a model with its picture's size, and what is said when the picture is too small for it. */

import { FoveaError } from '../error/index.ts'
import type { Measured, Model, ValueInfo } from '../onnx/index.ts'
import type { Device, Feeds } from '../platform/index.ts'
import { type ProbeOptions, probe, takeBranches } from '../runtime/index.ts'
import { float32, sizeOf } from '../tensor/index.ts'
import { imageTensor } from './feeds.ts'
import { varyingValues } from './head.ts'
import { lostAt } from './lost.ts'
import type { InputFormat } from './prepare.ts'

export interface Probing {
  readonly image: ValueInfo
  readonly format: InputFormat
  readonly batch: number | null
  readonly inputs: Feeds
  readonly device: Device | undefined
}

export interface Measurements {
  /** The model without branches that always go one way. */
  readonly model: Model
  readonly measured: Measured
  /** For each value whose size depends on the image: the axes that do. */
  readonly varying: ReadonlyMap<string, readonly boolean[]>
}

/**
 * @throws FoveaError FOVEA_IMAGE_TOO_SMALL with the node where nothing is left of the picture
 */
export async function measure(model: Model, probing: Probing): Promise<Measurements> {
  const { image, format, batch, inputs, device = 'auto' } = probing
  const { layout, depth, height, width } = format
  const axes = layout === 'NCHW' ? [depth, height, width] : [height, width, depth]
  const options: ProbeOptions = {
    device,
    feeds: inputs,
    dims: ({ name }, images) => (name === image.name ? (batch === 0 ? axes : [batch ?? images, ...axes]) : undefined),
  }
  const size = `${height}x${width}`
  try {
    const taken = await takeBranches(model, options)
    const measured = await probe(taken, options)
    const lost = lostAt(taken.graph, measured, image)
    if (lost) throw tooSmall(size, lost.node, lost.why)
    const counted = varyingValues(taken.graph, image.name)
    if (counted.size === 0) return { model: taken, measured, varying: new Map() }
    const blank = blankInput(image, options.dims?.(image, 1) ?? [])
    const other = await probe(taken, {
      ...options,
      feeds: { ...inputs, [image.name]: blank },
      dims: (input) => options.dims?.(input, 1),
    })
    return { model: taken, ...withVarying(measured, other, counted) }
  } catch (error) {
    if (error instanceof FoveaError && error.code === 'FOVEA_MODEL' && isTooSmall(error.message))
      throw tooSmall(size, error.details.node ?? '', error.message.replace(/\.$/, ''), error)
    throw error
  }
}

/** Another picture, all zero: what has another size for it, or no size at all, depends on the picture. */
const blankInput = (image: ValueInfo, dims: readonly number[]) =>
  imageTensor(image, null, float32(dims, new Float32Array(sizeOf(dims))))

/** Varying axes are marked as those of a batch are: rules read their sizes at run time. */
function withVarying(measured: Measured, other: Measured, counted: ReadonlySet<string>) {
  const shapes = new Map(measured.shapes)
  const varying = new Map<string, readonly boolean[]>()
  for (const name of counted) {
    const shape = shapes.get(name)
    const second = other.shapes.get(name)?.dims ?? []
    if (!shape) continue
    const axes = shape.dims.map((dim, axis) => dim === 0 || dim !== second[axis])
    varying.set(name, axes)
    shapes.set(name, { dims: shape.dims, batch: shape.batch.map((grows, axis) => grows || axes[axis] === true) })
  }
  return { measured: { ...measured, shapes }, varying }
}

/** What ONNX Runtime says when a window does not fit into what is left of the picture. */
function isTooSmall(message: string): boolean {
  return /must be positive|output (size|dimension|shape).*(0|negative|less)|kernel.*(larger|bigger|greater)|smaller than|invalid.*output.*size|Invalid (input|output) shape|negative/i.test(
    message,
  )
}

function tooSmall(size: string, node: string, why: string, cause?: unknown): FoveaError {
  const at = node === '' ? '' : ` at node '${node}'`
  return new FoveaError(
    'FOVEA_IMAGE_TOO_SMALL',
    `A picture of ${size} is too small for the model: nothing is left of it${at} (${why}). Give a larger --size.`,
    node === '' ? {} : { node },
    cause,
  )
}
