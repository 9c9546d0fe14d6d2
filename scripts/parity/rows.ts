/** What peers answered (test/fixtures/parity/*.json, made by scripts/python), asked of Fovea again, and how far it is off. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Explainer, Method, openExplainer } from '../../src/explain/index.ts'
import type { openModel, PresetFile } from '../../src/models/index.ts'
import type { Image, Plane } from '../../src/tensor/index.ts'

export interface Row {
  readonly method: string
  /** Beyond those of `--like <peer>`. */
  readonly options: Readonly<Record<string, number | string | boolean>>
  /** Take the peer's preset; default true. */
  readonly like?: boolean
  /** A file of test/fixtures/nets, or of test/fixtures where it has a folder. */
  readonly net: string
  readonly class: number
  readonly layer?: string
  /** A singular value decomposition leaves the sign to chance: the map, or that of the mirrored component. */
  readonly signless?: boolean
  /** At the layer that the network's manifest names. */
  readonly atLayer?: boolean
  /** The peer brings its map to the range from 0 to 1; so is Fovea's. */
  readonly unitRange?: boolean
  /** 'black', 'white' or 'mirrored', by the method's names for them. */
  readonly pictures?: Readonly<Record<string, readonly string[]>>
  /** The largest error that is no fault; default 1e-4: float32 against float64. */
  readonly bound?: number
  /** What else is to be known about the row. */
  readonly note?: string
  readonly height: number
  readonly width: number
  readonly map: readonly number[]
}

/** What the model is shown; default: the picture of the fixtures, scaled to [0, 1]. */
interface Seen {
  readonly image: Image
  readonly preset: PresetFile
}

export interface Page {
  readonly family: string
  readonly peer: string
  readonly version: string
  readonly script: string
  readonly seen?: Seen
  readonly rows: readonly Row[]
}

/** The package, built or from its sources. */
export interface Engine {
  readonly openModel: typeof openModel
  readonly openExplainer: typeof openExplainer
  readonly findMethod: (name: string) => Method
}

const fixtures = join(import.meta.dirname, '../../test/fixtures')

export const pages = (): Page[] =>
  readdirSync(join(fixtures, 'parity'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(fixtures, 'parity', name), 'utf8')) as Page | CamFile)
    .flatMap((file) => ('peers' in file ? camPages(file) : [file]))

/** The CAMs' file: several peers, maps as rows of numbers, one picture. */
interface CamFile {
  readonly made: string
  readonly peers: Readonly<Record<string, string>>
  readonly normalization: { readonly scale: number; readonly mean: number; readonly std: number }
  readonly image: { readonly height: number; readonly width: number; readonly pixels: readonly number[] }
  readonly rows: readonly {
    readonly peer: string
    readonly method: string
    readonly model: string
    readonly layer: string
    readonly class: number
    readonly map: readonly (readonly number[])[]
  }[]
}

function camPages({ made, peers, normalization, image, rows }: CamFile): Page[] {
  const { scale, mean, std } = normalization
  const three = (value: number) => [value, value, value] as [number, number, number]
  const { width, height, pixels } = image
  const seen: Seen = {
    image: { width, height, data: Uint8Array.from(pixels) },
    preset: { scale, mean: three(mean), std: three(std), fit: 'stretch' },
  }
  return [...new Set(rows.map(({ peer }) => peer))].map((peer) => ({
    family: 'cam',
    peer,
    version: peer in peers ? `${peer} ${peers[peer]}` : "PyTorch, float64, from the paper's formula",
    script: made,
    seen,
    rows: rows
      .filter((row) => row.peer === peer)
      .map(({ method, model, layer, class: label, map }) => ({
        method,
        options: {},
        like: peer in peers,
        net: model,
        class: label,
        layer,
        signless: /^eigen/.test(method),
        height: map.length,
        width: map[0]?.length ?? 0,
        map: map.flat(),
      })),
  }))
}

export const bound = (row: Row): number => row.bound ?? 1e-4

/** ||Fovea - peer|| / ||peer|| of the maps; where the peer answers zero everywhere, Fovea's largest value. */
export async function errorOf(engine: Engine, page: Page, row: Row): Promise<number> {
  const error = distance(await mapOf(engine, page, row, {}), row)
  if (!row.signless) return error
  const whole = await mapOf(engine, page, row, { relu: false })
  const mirrored = { ...whole, data: whole.data.map((value) => Math.max(0, -value)) }
  return Math.min(error, distance(mirrored, row))
}

async function mapOf(
  { openModel, openExplainer, findMethod }: Engine,
  { peer, seen }: Page,
  row: Row,
  more: Row['options'],
): Promise<Plane> {
  const { image, preset } = seen ?? { image: picture(), preset: 'unit' }
  const bytes = new Uint8Array(readFileSync(join(fixtures, row.net.includes('/') ? '' : 'nets', row.net)))
  const vision = await openModel(bytes, { preset, size: [image.height, image.width] })
  const layer = row.layer ?? (row.atLayer ? layerOf(row.net) : undefined)
  await using explainer: Explainer = await openExplainer(vision, findMethod(row.method), {
    options: { ...row.options, ...more },
    ...(row.like === false ? {} : { like: peer }),
    ...(layer ? { layer } : {}),
  })
  const pictures = Object.entries(row.pictures ?? {}).map(([name, kinds]) => [name, kinds.map(made)])
  return (await explainer.explain(image, { class: row.class, pictures: Object.fromEntries(pictures) })).raw
}

function distance(map: Plane, row: Row): number {
  if (map.width !== row.width || map.height !== row.height) return Number.POSITIVE_INFINITY
  const [low, high] = row.unitRange ? [Math.min(...map.data), Math.max(...map.data)] : [0, 1]
  let [difference, norm] = [0, 0]
  for (const [i, value] of row.map.entries()) {
    difference += (((map.data[i] as number) - low) / (high - low) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm)
}

/** The photograph of the rows: uint8 [16, 16, 3]. */
function picture(): Image {
  const file = readFileSync(join(fixtures, 'parity/picture.npy'))
  return { width: 16, height: 16, data: new Uint8Array(file.subarray(file.length - 768)) }
}

function made(kind: string): Image {
  const own = picture()
  if (kind === 'mirrored') {
    const place = (i: number) => 48 * Math.floor(i / 48) + 3 * (15 - Math.floor((i % 48) / 3)) + (i % 3)
    return { ...own, data: own.data.map((_, i) => own.data[place(i)] as number) }
  }
  return { ...own, data: new Uint8Array(768).fill(kind === 'white' ? 255 : 0) }
}

function layerOf(net: string): string {
  const manifest = JSON.parse(readFileSync(join(fixtures, 'nets/manifest.json'), 'utf8')) as {
    nets: { models: { file: string; layer?: string }[] }[]
  }
  const found = manifest.nets.flatMap(({ models }) => models).find(({ file }) => file === net)
  return found?.layer as string
}
