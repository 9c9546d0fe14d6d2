/**
 * Pictures at which a gradient is one number, not several: a unit within rounding of a kink (ReLU at 0, two equals in a
 * max-pool) makes two correct engines differ by a whole path. PyTorch's float32 gradient of the photograph coffee differs from
 * its float64 gradient by 4 % for that reason. Engines are compared where rounding does not matter to any of them.
 */

import { classInput, compileMethod, findMethod } from 'fovea/explain'
import type { Prepared, VisionModel } from 'fovea/models'
import { openProgram } from 'fovea/runtime'
import { int64, numbers, type Tensor } from 'fovea/tensor'
import { largestError } from '../zoo/compare.ts'
import { shaken } from '../zoo/steady.ts'

const draws = 6
const good = 1e-5

type Saliency = (image: Tensor) => Promise<Float64Array>

/**
 * The first `count` pictures whose saliency stays, within each engine, when every input number moves by up to four units in its
 * last place.
 * @throws Error when there are not so many
 */
export async function steadyPictures(
  vision: VisionModel,
  pictures: readonly Prepared[],
  count: number,
): Promise<Prepared[]> {
  const compiled = await compileMethod(vision, findMethod('saliency'), { class: 'required' })
  await using native = await openProgram(compiled.model, { threads: 2, device: 'cpu' })
  await using web = await openProgram(compiled.model, { threads: 2, device: 'wasm' })
  const engines = [native, web].map(
    (program): Saliency =>
      async (image) => {
        const feeds = { [vision.image.name]: image, [classInput]: int64([1], [-1]) }
        const answers = await program.run(feeds, { fetches: [compiled.heatmap.name] })
        return numbers(answers[compiled.heatmap.name] as Tensor)
      },
  )
  const judged: { picture: Prepared; change: number }[] = []
  for (const picture of pictures) {
    if (judged.filter(({ change }) => change < good).length === count) break
    let change = 0
    for (const engine of engines) change = Math.max(change, await unsteadiness(picture.tensor, engine, change))
    judged.push({ picture, change })
  }
  const steady = judged.filter(({ change }) => change < good)
  if (steady.length < count)
    throw new Error(
      `Only ${steady.length} of ${pictures.length} pictures are clear of kinks in '${vision.name}'; take another.`,
    )
  return steady.map(({ picture }) => picture)
}

async function unsteadiness(image: Tensor, saliency: Saliency, known: number): Promise<number> {
  let change = known
  if (change >= good) return change
  const before = await saliency(image)
  for (let draw = 1; draw <= draws && change < good; draw++)
    change = Math.max(change, largestError(await saliency(shaken(image, draw)), before))
  return change
}
