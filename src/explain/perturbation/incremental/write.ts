/** The nodes of a plan: fresh values laid over clean ones, each node on as much as the window reaches. */

import { type Builder, type Node, type Value } from '../../../onnx/index.ts'
import { float32 } from '../../../tensor/index.ts'
import type { ProgramView } from '../../program-view.ts'
import type { Overlay, Plan } from './plan.ts'

/** The inputs of the program beside the clean values. */
export const inputNames = { patch: 'fovea/patch', places: 'fovea/places' }
export const cleanName = (i: number) => `fovea/clean-${i}`

/** Integers that an overlay is told for each window: where the region begins and ends (4), and what lies around the patch (8). */
const told = 12

const overlaysOf = ({ steps, frontier }: Plan): Overlay[] => [
  ...steps.flatMap(({ overlays }) => overlays.flatMap((overlay) => overlay ?? [])),
  ...frontier.map(({ overlay }) => overlay),
]

/** What `write` reads from its input `places`, for the window in this row and column of windows. */
export function placesOf(plan: Plan, row: number, column: number): Float32Array {
  return Float32Array.from(
    overlaysOf(plan).flatMap(({ region, fresh }) => {
      const at = [row, column]
      const starts = region.map(({ starts }, axis) => starts[at[axis] as number] as number)
      const ends = region.map(({ size }, axis) => (starts[axis] as number) + size)
      const before = fresh.map(
        ({ starts: own }, axis) => (own[at[axis] as number] as number) - (starts[axis] as number),
      )
      const after = region.map(({ size }, axis) => size - (before[axis] as number) - (fresh[axis]?.size ?? 0))
      return [...starts, ...ends, 0, 0, ...before, 0, 0, ...after]
    }),
  )
}

/** The photograph's own values, with the borders that the plan wants. */
export function writeClean(plan: Plan, { op, builder }: ProgramView): Record<string, Value> {
  return Object.fromEntries(
    plan.cleans.map(({ name, pads: [top, left, bottom, right], fill }, i) => {
      const value = builder.value(name)
      const framed = top + left + bottom + right > 0
      return [cleanName(i), framed ? op.Pad(value, [0, 0, top, left, 0, 0, bottom, right], fill) : value]
    }),
  )
}

/** The frontier's values with a window's worth of the image replaced by the input `patch` [1, C, h, w]. */
export function writePatched(
  plan: Plan,
  { op, builder }: ProgramView,
  [depth, height, width]: readonly [number, number, number],
  dimsOf: (name: string) => readonly number[],
  pixels: string,
): Record<string, Value> {
  const overlays = overlaysOf(plan)
  const places = op.Cast(builder.input(inputNames.places, 'float32', [told * overlays.length]), { to: 7 })
  const patch = builder.input(inputNames.patch, 'float32', [1, depth, height, width])
  const pieces = op.many(
    'Split',
    3 * overlays.length,
    places,
    overlays.flatMap(() => [2, 2, 8]),
  )
  const cleans = plan.cleans.map(({ name, pads: [top, left, bottom, right] }, i) => {
    const [, channels = 0, rows = 0, columns = 0] = dimsOf(name)
    return builder.input(cleanName(i), 'float32', [1, channels, rows + top + bottom, columns + left + right])
  })
  let next = 0
  const lay = (fresh: Value, { clean, fresh: [rows, columns] }: Overlay): Value => {
    const [starts, ends, around] = pieces.slice(3 * next, 3 * ++next) as [Value, Value, Value]
    const below = op.Slice(cleans[clean] as Value, starts, ends, [2, 3])
    const ones = builder.constant(
      float32([1, 1, rows.size, columns.size], new Float32Array(rows.size * columns.size).fill(1)),
    )
    return op.Where(op.Greater(op.Pad(ones, around, 0), 0.5), op.Pad(fresh, around, 0), below)
  }
  const values = new Map([[pixels, patch]])
  for (const { node, overlays: own, unpadded } of plan.steps) {
    const inputs = node.inputs.map((name, i) => {
      if (name === '') return null
      const fresh = values.get(name)
      const overlay = own[i]
      if (!fresh) return builder.value(name)
      return overlay ? lay(fresh, overlay) : fresh
    })
    values.set(node.outputs[0] as string, write(builder, node, inputs, unpadded))
  }
  return Object.fromEntries(
    plan.frontier.map(({ name, overlay }, i) => [frontierName(i), lay(values.get(name) as Value, overlay)]),
  )
}

export const frontierName = (i: number) => `fovea/patched-${i}`

function write({ op }: Builder, node: Node, inputs: (Value | null)[], unpadded: boolean): Value {
  const { pads: _, auto_pad: __, ceil_mode: ___, ...rest } = node.attributes
  const attributes = unpadded ? rest : node.attributes
  const operator = op[node.op as keyof typeof op] as (...operands: unknown[]) => Value
  return operator(...inputs, attributes)
}
