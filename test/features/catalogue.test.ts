/** The conformance suite of the hand-made features: every one, through its catalogue record. */

import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { describe, expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { features, findFeature } from '../../src/features/index.ts'
import { resize } from '../../src/image/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import type { Image } from '../../src/tensor/index.ts'

const photo = async (name: string, width: number, height: number) =>
  resize(await decodeImage(new Uint8Array(readFileSync(`examples/photos/${name}`))), width, height, {
    filter: 'bilinear',
  })

const grey = (width: number, height: number, value: number): Image => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(value),
})

function points(width: number, height: number): Image {
  const image = grey(width, height, 0)
  for (const [x, y] of [
    [60, 80],
    [150, 90],
    [210, 140],
  ] as const)
    image.data.fill(255, 3 * (y * width + x), 3 * (y * width + x) + 3)
  return image
}

test('runs in a browser: nothing of Node is imported or named', () => {
  const files = globSync('src/features/**/*.ts')
  expect(files.length).toBeGreaterThan(80)
  for (const file of files)
    expect(readFileSync(file, 'utf8'), file).not.toMatch(
      /from '(node:|sharp|fs|path)|import\('node:|\bprocess\.|\bBuffer\b/,
    )
})

describe.each(Object.keys(features))('%s', (name) => {
  const run = async (images: readonly Image[]) => {
    const feature = await findFeature(name)
    const options = Object.fromEntries(Object.entries(feature.options).map(([key, option]) => [key, option.default]))
    return { feature, ...feature.run(images.slice(0, feature.images), options) }
  }

  test('has the name it is found by, and says what it is', async () => {
    const feature = await findFeature(name)
    expect(feature.name).toBe(name)
    for (const words of [feature.title, feature.question, feature.reference]) expect(words.length).toBeGreaterThan(2)
    for (const option of Object.values(feature.options))
      if (option.choices) expect(option.choices).toContain(option.default)
    for (const key of feature.click ? [feature.click.x, feature.click.y] : [])
      expect(typeof feature.options[key]?.default).toBe('number')
  })

  test('shows every stage of a photograph, and its result is JSON', async () => {
    const photograph = await photo('chelsea.png', 300, 200)
    // Its second picture shows where people looked, as bright points.
    const second = name === 'fixation-metrics' ? points(300, 200) : await photo('chelsea.png', 240, 160)
    const { result, stages } = await run([photograph, second])
    expect(stages.length).toBeGreaterThan(0)
    expect(new Set(stages.map((stage) => stage.name)).size).toBe(stages.length)
    for (const { name: stage, caption, picture } of stages) {
      expect(caption, stage).not.toBe('')
      expect(picture.data.length, stage).toBe(3 * picture.width * picture.height)
    }
    expect(JSON.parse(JSON.stringify(result))).toBeDefined()
    expect(JSON.stringify(result)).not.toContain('null,null,null')
  })

  // Scale space and context show something of an even picture too.
  test.skipIf(['scale-space', 'context', 'fixation-metrics'].includes(name))(
    'says why an even picture shows nothing',
    async () => {
      const { result } = await run([grey(300, 200, 128), grey(300, 200, 128)])
      expect(result).toMatchObject({ note: expect.stringMatching(/^[A-Z].*[.?]$/) })
    },
  )

  test.each([
    ['1x1', grey(1, 1, 128)],
    ['3x3', grey(3, 3, 128)],
    ['constant', grey(300, 200, 128)],
  ])('%s: an answer or a sentence', async (_, image) => {
    const answer = await run([image, image]).catch((error: unknown) => error)
    if (answer instanceof Error) expect(answer).toBeInstanceOf(FoveaError)
    else expect(JSON.stringify((answer as { result: unknown }).result)).not.toMatch(/NaN|Infinity/)
  })
})
