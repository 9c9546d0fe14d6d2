/** The numbers of pytorch-grad-cam and Captum, with the options that `like` has for them (scripts/python/cam_fixtures.py ran them). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findMethod, openExplainer } from '../../../src/explain/index.ts'
import { openModel } from '../../../src/models/index.ts'
import type { Image } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'

interface Row {
  /** 'definition': PyTorch in float64, from the paper's formula. */
  readonly peer: string
  readonly method: string
  /** In test/fixtures. */
  readonly model: string
  readonly layer: string
  readonly class: number
  readonly map: readonly (readonly number[])[]
}

const fixtures = join(import.meta.dirname, '../../fixtures')
const { normalization, image, rows } = JSON.parse(readFileSync(join(fixtures, 'parity/cam.json'), 'utf8')) as {
  normalization: { scale: number; mean: number; std: number }
  image: { height: number; width: number; pixels: number[] }
  rows: Row[]
}
const picture: Image = { width: image.width, height: image.height, data: Uint8Array.from(image.pixels) }
const three = (value: number) => [value, value, value] as [number, number, number]
const preset = {
  scale: normalization.scale,
  mean: three(normalization.mean),
  std: three(normalization.std),
  fit: 'stretch',
} as const

/** What a singular value decomposition leaves to chance: the map, or its mirror image, cut at zero. */
const signless = new Set(['eigen-cam', 'eigen-grad-cam'])

const models = [...new Set(rows.map(({ model }) => model))]

describe.each(models)('%s', (model) => {
  const vision = openModel(new Uint8Array(readFileSync(join(fixtures, model))), {
    preset,
    size: [image.height, image.width],
  })

  test.each(rows.filter((row) => row.model === model).map((row) => [row.peer, row.method, row] as const))(
    '%s: %s',
    async (peer, name, { layer, class: label, map }) => {
      const explain = async (options: Record<string, boolean>) => {
        await using explainer = await openExplainer(await vision, findMethod(name), {
          ...(peer === 'definition' ? {} : { like: peer }),
          layer,
          options,
        })
        return (await explainer.explain(picture, { class: label })).raw.data
      }
      const expected = map.flat()
      const got = await explain({})
      // float32 against the peer in float64: sums of some hundred terms.
      const error = (values: Float32Array) => relativeError(values, expected)
      if (expected.every((value) => value === 0)) return expect(Math.max(...got)).toBe(0)
      if (!signless.has(name)) expect(error(got)).toBeLessThan(1e-4)
      else {
        const other = (await explain({ relu: false })).map((value) => Math.max(0, -value))
        expect(Math.min(error(got), error(other))).toBeLessThan(1e-4)
      }
    },
  )
})
