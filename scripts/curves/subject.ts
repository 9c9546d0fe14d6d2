/** The built-in model, the example photographs, and how well a map of each orders its pixels. */

import { readFileSync } from 'node:fs'
import { decodeImage, openModel } from 'fovea'
import { type CurveJudge, openCurves } from 'fovea/evaluate'
import { type Explanation, type Method, type Options, openExplainer } from 'fovea/explain'
import type { Plane } from 'fovea/tensor'

export const photos = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg'] as const
export const vision = await openModel()
export const images = await Promise.all(photos.map((name) => decodeImage(readFileSync(`examples/photos/${name}`))))
export const judges: CurveJudge[] = []
for (const image of images) judges.push(await openCurves(vision, image))

/** The areas of a map's curves, photograph by photograph. */
export interface Line {
  readonly name: string
  readonly deletion: readonly number[]
  readonly insertion: readonly number[]
}

export async function judged(name: string, maps: readonly Plane[]): Promise<Line> {
  const curves = []
  for (const [i, map] of maps.entries()) curves.push(await (judges[i] as CurveJudge).judge(map))
  const line = {
    name,
    deletion: curves.map(({ deletionArea }) => deletionArea),
    insertion: curves.map(({ insertionArea }) => insertionArea),
  }
  const said = (areas: readonly number[]) => areas.map((area) => area.toFixed(3)).join(' ')
  console.log(`${name}: deletion ${said(line.deletion)}, insertion ${said(line.insertion)}`)
  return line
}

/** @param background whether the photographs are what it learns from, too */
export async function explained(method: Method, options: Options, background = false): Promise<Explanation[]> {
  await using explainer = await openExplainer(vision, method, { options })
  const found: Explanation[] = []
  for (const [i, image] of images.entries())
    found.push(
      await explainer.explain(image, {
        ...(method.classFree ? {} : { class: (judges[i] as CurveJudge).class }),
        ...(background ? { pictures: { background: images } } : {}),
      }),
    )
  return found
}

export const close = async () => {
  for (const judge of judges) await judge[Symbol.asyncDispose]()
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
