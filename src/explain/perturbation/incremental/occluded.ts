/** The scores of an image with each window hidden, recomputing only what the window reaches; exact. */

import { float32, type Tensor } from '../../../tensor/index.ts'
import type { Recipe } from '../../recipe.ts'
import { type Asked, type EachOptions, type Inquiry, type Sample, type Study, scalarOf } from '../../study.ts'
import type { Windows } from '../windows.ts'
import { type Plan, planOf } from './plan.ts'
import { cleanName, frontierName, inputNames, placesOf, writeClean, writePatched } from './write.ts'

export interface Incremental {
  readonly plan: Plan
  /** As `Asked.each`, with the windows that `window` names. */
  each(
    count: number,
    window: (i: number) => number,
    take: (i: number, score: number) => void,
    options: EachOptions,
  ): Promise<number>
}

/**
 * Above this share of the multiplications the one-by-one runs cost more than they spare. Measured (bench/perturbation.ts): 51 %
 * (ResNet-18) 1.4 times as fast as the whole model in batches, 66 % (EfficientNet-Lite0) 0.8 times.
 */
const pays = 0.6

/** Windows that go through the rest of the model together: fully connected layers read their weights once for all of them. */
const together = 64

const isStudy = (study: Inquiry): study is Study => 'at' in study

/** undefined where it is not defined, or does not pay: functions, other layouts than NCHW, models that mix all positions early. */
export async function incremental(
  inquiry: Inquiry,
  windows: Windows,
  hidden: (window: number) => Tensor<'float32'>,
): Promise<Incremental | undefined> {
  if (!isStudy(inquiry)) return undefined
  const { vision, input } = inquiry
  const { height, width } = vision.format
  const { side } = windows
  if (vision.batch !== null || vision.measured.batch !== true || vision.pixels.layout !== 'NCHW') return undefined
  if (side >= Math.min(height, width)) return undefined
  const start = (length: number, count: number) =>
    Array.from({ length: count }, (_, i) => Math.min(i * windows.stride, length - side))
  const plan = planOf(vision, [
    { size: side, starts: start(height, windows.rows) },
    { size: side, starts: start(width, windows.columns) },
  ])
  if (plan.share > pays || plan.frontier.length === 0) return undefined
  const key = `${side}/${windows.stride}`
  const depth = input.data.length / (height * width)
  const dims = (name: string) => vision.measured.shapes.get(name)?.dims ?? []
  const cleanly = await inquiry.open({ name: `occlusion/clean/${key}`, write: (view) => writeClean(plan, view) })
  const entries = plan.frontier.map(({ name }) => name)
  const behind = await inquiry.open({ name: `fovea/behind/${entries.join(' ')}`, entry: entries })
  // A target that speaks of values before the frontier would not see the window.
  if (behind.compiled.model.graph.inputs.some(({ name }) => name === vision.image.name || name === vision.pixels.name))
    return undefined
  const patching: Recipe = {
    name: `occlusion/patched/${key}`,
    bare: true,
    write: (view) => writePatched(plan, view, [depth, side, side], dims, vision.pixels.name),
  }
  const patched = await inquiry.open(patching)
  const clean = await cleanly.one()
  const own = Object.fromEntries(plan.cleans.map((_, i) => [cleanName(i), clean[cleanName(i)] as Tensor<'float32'>]))
  const sampleOf = (window: number): Sample => {
    const [row, column] = [Math.floor(window / windows.columns), window % windows.columns]
    const corner = [start(height, windows.rows)[row], start(width, windows.columns)[column]] as [number, number]
    const places = placesOf(plan, row, column)
    return {
      ...own,
      [inputNames.patch]: crop(hidden(window), corner, side, [depth, height, width]),
      [inputNames.places]: float32([places.length], places),
    }
  }
  return {
    plan,
    async each(count, window, take, { anytime = false, preview } = {}) {
      let next = 0
      while (next < count && !(anytime && next > 0 && inquiry.spent())) {
        const rows: Record<string, Tensor<'float32'>>[] = []
        for (let k = next; k < Math.min(count, next + together); k++) {
          if (anytime && rows.length > 0 && inquiry.spent()) break
          inquiry.progress(next, count)
          const answers = await patched.one(sampleOf(window(k)))
          rows.push(Object.fromEntries(entries.map((name, i) => [name, answers[frontierName(i)] as Tensor<'float32'>])))
        }
        await askBehind(behind, rows, (k, score) => take(next + k, score), { done: next, total: count, preview })
        next += rows.length
      }
      return next
    },
  }
}

const askBehind = (
  behind: Asked,
  rows: readonly Sample[],
  take: (i: number, score: number) => void,
  { done = 0, total = 0, preview }: EachOptions,
) =>
  behind.each(
    rows.length,
    (k) => rows[k] as Sample,
    (k, { score }) => take(k, scalarOf(score)),
    { atOnce: together, done, total, ...(preview ? { preview } : {}) },
  )

function crop(
  { data }: Tensor<'float32'>,
  [top, left]: readonly [number, number],
  side: number,
  [depth, height, width]: readonly [number, number, number],
): Tensor<'float32'> {
  const out = new Float32Array(depth * side * side)
  for (let c = 0; c < depth; c++)
    for (let y = 0; y < side; y++) {
      const at = (c * height + top + y) * width + left
      out.set(data.subarray(at, at + side), (c * side + y) * side)
    }
  return float32([1, depth, side, side], out)
}
