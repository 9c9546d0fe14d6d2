/** A layer: a value of the graph that is a map, and the nodes that lay it out as one. */

import type { Builder, Measured, Node, Value } from '../../onnx/index.ts'
import { int64 } from '../../tensor/index.ts'
import { thinned } from './mixing.ts'
import { sizesOf } from './operator.ts'
import { broadcast, layoutOf, type Positions, permute } from './positions.ts'

/** What can be said of a layer in words and numbers. */
export interface LayerReport {
  readonly name: string
  /** The node that computes it. */
  readonly node: string
  readonly op: string
  readonly channels: number
  readonly height: number
  readonly width: number
  /** A picture with rows and columns of its own, or a row of tokens, some of them no position (`others`). */
  readonly kind: 'map' | 'tokens'
  /** The axes of a picture ('N C y x', 'N y x C'), else 'tokens' row by row, or 'tokens in windows': any other order. */
  readonly layout: string
  /** Tokens of one image that are no position: class, distillation and register tokens, padding. */
  readonly others: number
  /** Pixels of the image that one position depends on, [vertical, horizontal]; null where that is no window. */
  readonly receptiveField: readonly [number, number] | null
  /** Pixels of the image from one position to the next; null where it is not known. */
  readonly stride: readonly [number, number] | null
}

export interface Layer extends LayerReport {
  readonly positions: Positions
  readonly arrangement: Arrangement
  /** Writes the nodes that make [N, channels, height, width] of the value, or of its gradient. */
  readonly toMap: (builder: Builder, value: Value) => Value
}

export function describeLayer({ positions: _, arrangement: __, toMap: ___, ...report }: Layer): LayerReport {
  return report
}

/** How to lay a value out: its axes in the order batch, positions, channels, and which tokens are the map's, in order. */
export interface Arrangement {
  readonly order: readonly number[]
  readonly channels: number
  /** Of one image: the map's positions and the others. */
  readonly tokens: number
  /** For each position of the map, row by row, its token. */
  readonly index: Int32Array
}

/**
 * The layer that the value `name` is, or undefined when it is none.
 * @param images how many images its positions count
 */
export function layerOf(
  measured: Measured,
  node: Node,
  name: string,
  traced: Positions,
  images: number,
): Layer | undefined {
  const positions = thinned(traced)
  const [height, width] = positions.grid
  const arrangement = positions.pairs || height * width < 2 ? undefined : arrange(measured, name, positions, images)
  if (!arrangement) return undefined
  const { channels, tokens, index, order } = arrangement
  const others = tokens - height * width
  const { size: receptiveField = null, stride = null } = positions.field ?? {}
  const common = {
    name,
    node: node.name,
    op: node.op,
    channels,
    height,
    width,
    others,
    receptiveField,
    stride,
    positions,
    arrangement,
  }
  const layout = others === 0 && layoutOf(positions) ? picture(order) : undefined
  if (layout) return { ...common, kind: 'map', layout, toMap: fromPicture(order) }
  const inOrder = index.every((token, i) => token === i + (index[0] as number))
  return {
    ...common,
    kind: 'tokens',
    layout: inOrder ? 'tokens' : isFramed(index, width) ? 'inside a border' : 'tokens in windows',
    toMap: (builder, value) => mapOf(builder, value, arrangement, [height, width]),
  }
}

/** Whether the rows follow one another at one distance, as in a picture that was padded. */
function isFramed(index: Int32Array, width: number): boolean {
  const [first = 0] = index
  const step = (index[width] ?? 0) - first
  return step > width && index.every((at, i) => at === first + Math.floor(i / width) * step + (i % width))
}

/** The axes' letters when each of rows, columns and channels is one axis. */
function picture(order: readonly number[]): string | undefined {
  const letters = { 3: ['y', 'x', 'C'], 4: ['N', 'y', 'x', 'C'] }[order.length]
  const sorted = order.map((axis, i) => [axis, letters?.[i]] as const).sort(([a], [b]) => a - b)
  return letters && sorted.map(([, letter]) => letter).join(' ')
}

function fromPicture(order: readonly number[]): Layer['toMap'] {
  const perm = [...order.slice(0, -3), order.at(-1), order.at(-3), order.at(-2)] as number[]
  return ({ op }, value) => {
    const turned = perm.every((axis, i) => axis === i) ? value : op.Transpose(value, { perm })
    return perm.length === 3 ? op.Unsqueeze(turned, [0]) : turned
  }
}

/**
 * The axes sorted into images, positions and channels; undefined when the codes are not each position of each image once,
 * or the images do not follow one another.
 */
function arrange(measured: Measured, name: string, positions: Positions, images: number): Arrangement | undefined {
  const area = positions.grid[0] * positions.grid[1]
  const dims = sizesOf(measured, name, images)
  const grows = measured.shapes.get(name)?.batch ?? []
  const axes = [...dims.keys()]
  const batch = axes.filter((axis) => grows[axis])
  const channel = axes.filter((axis) => positions.dims[axis] === 1 && (dims[axis] as number) > 1)
  if (channel.length === 0) channel.push(...axes.filter((axis) => dims[axis] === 1 && axis > 0).slice(-1))
  if (batch.length > 1 || channel.length !== 1 || channel[0] === batch[0]) return undefined
  const order = [...batch, ...axes.filter((axis) => !batch.includes(axis) && !channel.includes(axis)), ...channel]
  const { codes } = permute(broadcast(positions, dims.with(channel[0] as number, 1)), order)
  const tokens = codes.length / images
  const index = new Int32Array(area).fill(-1)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number
    if (code < 0) continue
    const image = Math.floor(i / tokens)
    const position = code - image * area
    if (position < 0 || position >= area) return undefined
    if (image === 0 && index[position] !== -1) return undefined
    if (image === 0) index[position] = i
    else if (index[position] !== i - image * tokens) return undefined
  }
  if (!Number.isInteger(tokens) || index.includes(-1)) return undefined
  return { order, channels: dims[channel[0] as number] as number, tokens, index }
}

function mapOf(builder: Builder, value: Value, arrangement: Arrangement, size: readonly number[]): Value {
  const { op } = builder
  const { order, channels, tokens, index } = arrangement
  const turned = order.every((axis, i) => axis === i) ? value : op.Transpose(value, { perm: order })
  const rows = op.Reshape(turned, [-1, tokens, channels])
  const first = index[0] as number
  const inOrder = index.every((token, i) => token === first + i)
  const chosen = () =>
    inOrder
      ? op.Slice(rows, [first], [first + index.length], [1])
      : op.Gather(rows, builder.constant(int64([index.length], [...index]), 'tokens'), { axis: 1 })
  const cells = inOrder && index.length === tokens ? rows : chosen()
  return op.Reshape(op.Transpose(cells, { perm: [0, 2, 1] }), [0, channels, ...size])
}
