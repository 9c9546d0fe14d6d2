/** Grad-CAM on token grids: it lights the patch that holds the evidence, with PyTorch's numbers, as both exporters write it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileMethod, findMethod, openExplainer } from '../../src/explain/index.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import { producers } from '../../src/onnx/index.ts'
import { openProgram } from '../../src/runtime/index.ts'
import { float32, type Image, int64, numbers, type Tensor } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'

const folder = join(import.meta.dirname, '../fixtures/tokens')

interface Entry {
  readonly name: string
  /** Of the image, and of a cell of it; the cells' grid, and the place of the evidence in it, row and column. */
  readonly size: readonly [number, number]
  readonly cell: number
  readonly grid: readonly [number, number]
  readonly place: readonly [number, number]
  /** Tokens that are no patch. */
  readonly extra: number
  /** [3, height, width], 0 to 255. */
  readonly pixels: readonly number[]
  readonly cam: readonly number[]
  readonly shiftedCam?: readonly number[]
  readonly fineCam?: readonly number[]
  readonly files: readonly string[]
}

const entries = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[]
const cases = entries.flatMap((entry) => entry.files.map((file) => [file, entry] as const))

const open = (file: string, { size }: Entry) =>
  openModel(new Uint8Array(readFileSync(join(folder, file))), { preset: { scale: 1 / 255, fit: 'stretch' }, size })

/** The image as the network saw it, and beside it its mirror image: the second map must be of the second image. */
function twoImages({ pixels, size: [height, width] }: Entry): Tensor<'float32'> {
  const first = pixels.map((pixel) => pixel / 255)
  const mirrored = first.map((_, i) => first[i - (i % width) + width - 1 - (i % width)] as number)
  return float32([2, 3, height, width], [...first, ...mirrored])
}

async function camsOf(vision: VisionModel, entry: Entry, layer?: string) {
  const compiled = await compileMethod(vision, findMethod('grad-cam'), {
    ...(layer === undefined ? {} : { layer }),
    options: { relu: false },
    class: 'required',
  })
  await using program = await openProgram(compiled.model)
  const run = async (image: Tensor) =>
    (await program.run({ [vision.image.name]: image, class_index: int64([1], [0]) })).heatmap as Tensor
  const two = twoImages(entry)
  const alone = float32([1, ...two.dims.slice(1)], two.data.slice(two.data.length / 2))
  const map = await run(two)
  const size = map.data.length / 2
  return {
    layer: compiled.layer?.layer,
    map,
    first: numbers(map).slice(0, size),
    second: numbers(map).slice(size),
    secondAlone: numbers(await run(alone)),
  }
}

const peak = (map: Float64Array, width: number) => {
  const at = map.indexOf(Math.max(...map))
  return [Math.floor(at / width), at % width]
}

function photograph({ pixels, size: [height, width] }: Entry): Image {
  const data = new Uint8Array(pixels.length)
  const area = height * width
  pixels.forEach((pixel, i) => {
    data[(i % area) * 3 + Math.floor(i / area)] = pixel
  })
  return { width, height, data }
}

describe.each(cases)('%s', (file, entry) => {
  const [rows, columns] = entry.grid
  const [row, column] = entry.place

  test('the default layer: PyTorch float64, the peak where the evidence is, for each image of two', async () => {
    const { layer, map, first, second, secondAlone } = await camsOf(await open(file, entry), entry)
    expect(layer).toMatchObject({ height: rows, width: columns, others: entry.extra })
    expect(map.dims).toEqual([2, rows, columns])
    expect(relativeError(first, entry.cam)).toBeLessThan(1e-4)
    expect(peak(first, columns)).toEqual([row, column])
    expect(relativeError(second, secondAlone)).toBeLessThan(1e-5)
    expect(relativeError(second, first)).toBeGreaterThan(0.1)
  })

  test('in the photograph the brightest pixel lies in the red patch', async () => {
    const image = photograph(entry)
    await using explainer = await openExplainer(await open(file, entry), findMethod('grad-cam'))
    const { heatmap, certificate } = await explainer.explain(image, { class: 0 })
    const [y = 0, x = 0] = peak(Float64Array.from(heatmap.data), image.width)
    expect(certificate.layer?.reason).toMatch(
      entry.name.includes('mean') || entry.name === 'swin' ? /before ReduceMean/ : /only other tokens/,
    )
    expect([Math.floor(y / entry.cell), Math.floor(x / entry.cell)]).toEqual([row, column])
  })
})

describe.each(cases.filter(([, { name }]) => name === 'swin'))('shifted windows, %s', (file, entry) => {
  /** Follows what only moves elements back to what computed them. */
  const movedFrom = ({ model: { graph } }: VisionModel, name: string): string => {
    const node = producers(graph).get(name)
    const moves = /^(Reshape|Transpose|Slice|Concat|Identity)$/.test(node?.op ?? '')
    return moves ? movedFrom({ model: { graph } } as VisionModel, node?.inputs[0] ?? '') : name
  }

  test.each([
    ['fine grid', 2, [8, 12], entry.fineCam],
    ['merged patches', 7, [4, 6], entry.shiftedCam],
  ] as const)('%s: the map inside rolled windows is the map of the normalised tokens', async (_, which, grid, cam) => {
    const vision = await open(file, entry)
    const norm = vision.model.graph.nodes.filter(({ op }) => op === 'LayerNormalization')[which]
    const windows = vision.layers.filter(
      ({ name, layout }) => layout === 'tokens in windows' && movedFrom(vision, name) === norm?.outputs[0],
    )
    expect(windows.length).toBeGreaterThan(1)
    const { map, first } = await camsOf(vision, entry, windows.at(-1)?.name)
    expect(map.dims).toEqual([2, ...grid])
    expect(relativeError(first, cam as number[])).toBeLessThan(1e-4)
  })
})
