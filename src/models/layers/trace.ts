/** Follows positions from one value through the graph: which positions each later value's elements are computed from. */

import type { Graph, Measured } from '../../onnx/index.ts'
import { operatorKey, usesOf } from '../../onnx/index.ts'
import { contraction } from './contraction.ts'
import { meet } from './mixing.ts'
import { movement } from './movement.ts'
import { type Operator, operatorAt, type Rule } from './operator.ts'
import { everywhere, layoutOf, nowhere, type Positions, rasterOf, uniform } from './positions.ts'
import { sliding } from './sliding.ts'

const rules: Readonly<Record<string, Rule>> = { ...movement, ...contraction, ...sliding }

/** Shapes carry no position, whatever they are the shape of. */
const placeless = new Set(['Shape', 'Size', 'ConstantOfShape', 'RandomNormalLike', 'RandomUniformLike', 'EyeLike'])

/**
 * Positions of every value that is computed from `name`, which itself has the positions `start`.
 * @param images how many images `start` counts
 */
export function trace(
  graph: Graph,
  measured: Measured,
  name: string,
  start: Positions,
  images: number,
): ReadonlyMap<string, Positions> {
  const found = new Map([[name, start]])
  for (const node of graph.nodes) {
    if (placeless.has(node.op) || !usesOf(node).some((input) => found.has(input))) continue
    const at = operatorAt(graph, measured, node, found, images)
    const result = rules[operatorKey(node)]?.(at) ?? otherwise(at, found, images)
    node.outputs.forEach((output, i) => {
      const positions = result[i]
      if (output === '' || !positions || positions.codes.every((code) => code === nowhere)) return
      if (positions.dims.length === at.to(i).length) found.set(output, positions)
      else found.set(output, uniform(positions, at.to(i).length, everywhere))
    })
  }
  return found
}

/**
 * Every other operator: element by element (activations, normalisations, sums) when the sizes say so; a new raster when one
 * picture of four axes makes another (resampling); else the position is lost.
 */
function otherwise(at: Operator, found: ReadonlyMap<string, Positions>, images: number): (Positions | undefined)[] {
  const inputs = at.node.inputs.flatMap((_, i) => at.x(i) ?? [])
  const some = inputs[0] ?? (found.get(usesOf(at.node).find((name) => found.has(name)) ?? '') as Positions)
  return at.node.outputs.map((_, i) => {
    const to = at.to(i)
    const fits = ({ dims }: Positions) =>
      dims.length <= to.length && dims.every((dim, k) => dim === 1 || dim === to[k + to.length - dims.length])
    if (inputs.length > 0 && inputs.every(fits)) return meet(inputs, to.length)
    return resampled(at.x(0), to, images) ?? uniform(some, to.length, everywhere)
  })
}

function resampled(from: Positions | undefined, to: readonly number[], images: number): Positions | undefined {
  const layout = from && from.dims.length === 4 && to.length === 4 ? layoutOf(from) : undefined
  const [height = 0, width = 0] = layout ? [to[layout.y], to[layout.x]] : []
  if (!from || !layout || height * width < 2) return undefined
  const [stretchY, stretchX] = [from.grid[0] / height, from.grid[1] / width]
  const [y, x] = from.field?.stride ?? []
  const stride = y && x ? ([round(y * stretchY), round(x * stretchX)] as const) : undefined
  return rasterOf(images, [height, width], { rank: 4, ...layout }, stride && { stride, size: undefined })
}

const round = (value: number) => Math.round(value * 1e6) / 1e6
