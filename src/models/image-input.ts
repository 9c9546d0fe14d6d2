/** Which input takes the picture, and in what form: layout, size, grey or colour, images at once, element type. */

import { FoveaError } from '../error/index.ts'
import { attributesOf, consumers, type Graph, printType, requiredInputs, type ValueInfo } from '../onnx/index.ts'
import { type Dtype, isFloat } from '../tensor/index.ts'
import type { InputFormat } from './prepare.ts'
import type { Preset } from './preset.ts'

type Layout = InputFormat['layout']

/** Element types that pictures come in: floats, or 8-bit pixels and the integers that TensorFlow's graphs take. */
const integers: readonly Dtype[] = ['uint8', 'int8', 'int32', 'int64', 'uint16', 'int16', 'uint32']
const carriesPixels = ({ dtype }: ValueInfo) => (isFloat(dtype) && dtype !== 'bfloat16') || integers.includes(dtype)
const isDepth = (dim: unknown) => dim === 3 || dim === 1

/** The input that takes the picture. @throws FoveaError FOVEA_USAGE, FOVEA_MODEL that list the inputs */
export function imageInput(graph: Graph, wanted: string | undefined): ValueInfo {
  const inputs = requiredInputs(graph)
  const all = inputs.map(({ name, dtype, shape }) => `'${name}' ${printType(dtype, shape)}`).join(', ') || 'none'
  const found = wanted === undefined ? likeliest(inputs) : inputs.find(({ name }) => name === wanted)
  if (!found)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The model has no input ${wanted ? `'${wanted}'` : 'for a picture ([N, 3, H, W], [N, H, W, 3], or with 1 channel)'}; its inputs are ${all}.`,
    )
  if (!carriesPixels(found) || (found.shape && found.shape.length !== 4 && found.shape.length !== 3))
    throw new FoveaError(
      'FOVEA_MODEL',
      `The model's input '${found.name}' is ${printType(found.dtype, found.shape)}; Fovea feeds pictures of 3 or 4 axes in float32, float16, float64 or 8-bit integers.`,
      { tensor: found.name },
    )
  return found
}

/** Four axes with three channels first, then grey ones, then open ones, then three axes. */
function likeliest(inputs: readonly ValueInfo[]): ValueInfo | undefined {
  const score = (info: ValueInfo): number => {
    const { shape = [] } = info
    if (!carriesPixels(info) || shape.length < 3 || shape.length > 4) return 0
    const ends = [shape.at(-3), shape.at(-1)]
    const depth = ends.includes(3) ? 4 : ends.some((dim) => typeof dim !== 'number') ? 3 : ends.includes(1) ? 2 : 0
    return depth === 0 ? (shape.length === 4 ? 0.5 : 0) : depth + (shape.length === 4 ? 10 : 0)
  }
  const best = inputs.toSorted((a, b) => score(b) - score(a))[0]
  return best && score(best) > 0 ? best : undefined
}

export interface Placed {
  readonly layout: Layout
  /** 1 for grey, 3 for colour. */
  readonly depth: 1 | 3
  /** Images that the model takes at once, when that is fixed; 0 for an input without a batch axis. */
  readonly batch: number | null
  readonly height: number | null
  readonly width: number | null
}

/**
 * How the picture lies in the input.
 * @throws FoveaError FOVEA_MODEL for a layout that the input cannot have, with the one that it can
 */
export function placeIn(graph: Graph, image: ValueInfo, asked: Layout | undefined): Placed {
  const shape = image.shape ?? [null, null, null, null]
  const [a, b, c] = shape.slice(-3)
  const layout = asked ?? guessLayout(graph, image, a, c)
  const channels = layout === 'NCHW' ? a : c
  const other = layout === 'NCHW' ? c : a
  if (typeof channels === 'number' && !isDepth(channels)) {
    const fix = isDepth(other)
      ? ` Its channels are ${layout === 'NCHW' ? 'last: --layout NHWC' : 'first: --layout NCHW'}.`
      : ''
    throw new FoveaError(
      'FOVEA_MODEL',
      `The model's input '${image.name}' ${printType(image.dtype, image.shape)} has ${channels} channels in ${layout}; Fovea feeds 3 (RGB) or 1 (grey).${fix}`,
      { tensor: image.name, expected: `3 or 1 channels in ${layout}`, got: printType(image.dtype, image.shape) },
    )
  }
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b]
  const fixed = (dim: unknown) => (typeof dim === 'number' && dim > 0 ? dim : null)
  return {
    layout,
    depth: channels === 1 ? 1 : 3,
    batch: shape.length === 3 ? 0 : fixed(shape[0]),
    height: fixed(height),
    width: fixed(width),
  }
}

function guessLayout(graph: Graph, image: ValueInfo, first: unknown, last: unknown): Layout {
  if (isDepth(first) !== isDepth(last)) return isDepth(first) ? 'NCHW' : 'NHWC'
  const readers = consumers(graph).get(image.name) ?? []
  const turned = readers.some((node) => {
    const perm = node.op === 'Transpose' ? attributesOf(node).ints('perm') : undefined
    return perm?.at(-3) === (image.shape?.length ?? 4) - 1
  })
  return turned ? 'NHWC' : 'NCHW'
}

export interface PixelValue {
  /** The float value that carries the picture: the input itself, or what a Cast makes of its integers. */
  readonly name: string
  readonly layout: Layout
  /** Whether it has an axis for the images. */
  readonly batched: boolean
}

/**
 * The value at which gradients of the picture are taken.
 * @throws FoveaError FOVEA_MODEL when integer pixels become floats in no place, or in several
 */
export function pixelValue(
  graph: Graph,
  image: ValueInfo,
  { layout, batch }: Pick<Placed, 'layout' | 'batch'>,
): PixelValue {
  const batched = batch !== 0
  if (isFloat(image.dtype)) return { name: image.name, layout, batched }
  let [name, turned]: [string, Layout] = [image.name, layout]
  for (let steps = 0; steps < 6; steps++) {
    const readers = (consumers(graph).get(name) ?? []).filter(({ op }) => op !== 'Shape')
    const [node] = readers
    if (readers.length !== 1 || !node) break
    const output = node.outputs[0] as string
    if (node.op === 'Cast' || node.op === 'DequantizeLinear') return { name: output, layout: turned, batched }
    const perm = node.op === 'Transpose' ? attributesOf(node).ints('perm') : undefined
    const swapped = perm && perm.at(-3) === perm.length - 1
    if (node.op !== 'Identity' && !perm) break
    if (perm) turned = swapped ? 'NCHW' : 'NHWC'
    name = output
  }
  const ops = [...new Set((consumers(graph).get(name) ?? []).map(({ op }) => op))].join(', ')
  throw new FoveaError(
    'FOVEA_MODEL',
    `The model's input '${image.name}' is ${image.dtype}, and no single Cast makes floats of it ('${name}' is read by ${ops || 'nothing'}): there is no value to take a gradient at. Export it with a float input.`,
    { tensor: image.name },
  )
}

/**
 * The height and width of the picture; sizes that are open come from `size`, the preset, or are 224.
 * @throws FoveaError FOVEA_USAGE for a size that is none, or that the model cannot have
 */
export function formatOf(
  image: ValueInfo,
  placed: Placed,
  preset: Preset,
  size: readonly [number, number] | undefined,
  notes: string[],
): InputFormat {
  if (size && !size.every((side) => Number.isInteger(side) && side > 0 && side <= 16384))
    throw new FoveaError(
      'FOVEA_USAGE',
      `The input's size is height x width, 1 to 16384 pixels each, not ${size.join('x')}.`,
    )
  const [wantedHeight, wantedWidth] = size ?? preset.size ?? [undefined, undefined]
  const pick = (fixed: number | null, wanted: number | undefined, axis: string): number => {
    if (fixed === null) return wanted ?? 224
    if (wanted === undefined || wanted === fixed) return fixed
    if (size)
      throw new FoveaError('FOVEA_USAGE', `The model's ${axis} is fixed at ${fixed}; --size cannot make it ${wanted}.`)
    notes.push(`The preset says ${axis} ${wanted}, but the model is fixed at ${fixed}: ${fixed} is used.`)
    return fixed
  }
  const height = pick(placed.height, wantedHeight, 'height')
  const width = pick(placed.width, wantedWidth, 'width')
  if (placed.height === null && wantedHeight === undefined)
    notes.push(`The model leaves its size open: ${height}x${width} is used (a guess; --size says otherwise).`)
  if (placed.depth === 1) notes.push(`The input '${image.name}' has one channel: pictures are fed in grey.`)
  if (placed.batch !== null && placed.batch > 1)
    notes.push(
      `The model takes exactly ${placed.batch} images at once: the picture is given ${placed.batch} times, the first answer counts.`,
    )
  return { preset, layout: placed.layout, depth: placed.depth, height, width }
}
