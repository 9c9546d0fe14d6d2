/** An image put together of its phases: the pixels whose places leave the same remainders when divided by the strides. */

import type { Ops, Value } from './builder.ts'

/**
 * Pixel (h s + a, w t + b) of what comes out is pixel (h, w) of phases[a][b], for s rows of t phases [N, channels, h, w]; null is zero.
 * What the phases have beyond `height` and `width` is cut.
 * @param zero a zero of the type of a value; asked for where a phase is null
 */
export function weave(
  op: Ops,
  phases: readonly (readonly (Value | null)[])[],
  [channels, height, width]: readonly [number, number, number],
  zero?: (like: Value) => Value,
): Value {
  const [down, along] = [phases.length, phases[0]?.length ?? 1]
  const rows = phases.map((row) => joined(op, row, 5, zero))
  const image = joined(op, rows, 3, zero)
  if (!image) throw new TypeError('An image without phases cannot be woven.')
  const size = [Math.ceil(height / down) * down, Math.ceil(width / along) * along]
  const all = op.Reshape(image, [0, channels, ...size])
  return size[0] === height && size[1] === width ? all : op.Slice(all, [0, 0], [height, width], [2, 3])
}

/** Parts laid beside each other along a new axis: behind the columns (5), or, of rows, behind the rows (3). */
function joined(
  op: Ops,
  parts: readonly (Value | null)[],
  axis: 3 | 5,
  zero: ((like: Value) => Value) | undefined,
): Value | null {
  const given = parts.find((part) => part !== null)
  if (!given) return null
  const apart = (part: Value) => (axis === 5 ? op.Unsqueeze(part, [3, 5]) : part)
  const like = apart(given)
  const zeros = zero && parts.includes(null) ? op.Expand(zero(like), op.Shape(like)) : null
  const list = parts.map((part) => (part === given ? like : part ? apart(part) : (zeros as Value)))
  return list.length === 1 ? like : op.Concat(...list, { axis })
}
