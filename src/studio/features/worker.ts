/** The hand-made features in a worker of their own: a run that nobody wants any more ends with its worker. */

import { features, findFeature } from '../../features/index.ts'
import { page } from '../../platform/index.ts'
import type { Image } from '../../tensor/index.ts'
import { answer } from '../rpc.ts'
import type { FeatureInfo, FeatureResult, RunFeature } from './messages.ts'

answer({
  async list() {
    return { value: Object.keys(features) }
  },
  async describe({ root, name }: { root: string; name: string }) {
    page.root = root
    const found = await findFeature(name)
    const { title, question, reference, images, options, second = 'another photograph', click = null } = found
    const value: FeatureInfo = { name, title, question, reference, images, options, second, click }
    return { value }
  },
  async run({ root, name, images, options }: RunFeature) {
    page.root = root
    const feature = await findFeature(name)
    const usual = Object.fromEntries(Object.entries(feature.options).map(([key, option]) => [key, option.default]))
    const started = performance.now()
    const { result, stages } = feature.run(images, { ...usual, ...options })
    const ms = performance.now() - started
    const shown = await Promise.all(
      stages.map(async ({ name: title, caption, picture }) => ({ title, caption, bitmap: await bitmapOf(picture) })),
    )
    const note = String((result as { note?: string } | null)?.note ?? '')
    const value: FeatureResult = { stages: shown, json: JSON.stringify(result, shorten, 1), note, ms }
    return { value, transfer: shown.map(({ bitmap }) => bitmap) }
  },
})

/** Long lists are cut: the summary is for reading. */
const shorten = (_: string, value: unknown) =>
  Array.isArray(value) && value.length > 24 ? [...value.slice(0, 24), `… ${value.length - 24} more`] : value

async function bitmapOf({ width, height, data }: Image): Promise<ImageBitmap> {
  const pixels = new ImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    pixels.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i)
    pixels.data[4 * i + 3] = 255
  }
  return createImageBitmap(pixels)
}
