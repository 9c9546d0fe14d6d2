/** What peers answered (test/fixtures/parity/*.json, made by scripts/python), asked of Fovea again, and how far it is off. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Explainer, Method, openExplainer } from '../../src/explain/index.ts'
import type { openModel } from '../../src/models/index.ts'
import type { Image } from '../../src/tensor/index.ts'

export interface Row {
  readonly method: string
  /** Beyond those of `--like <peer>`. */
  readonly options: Readonly<Record<string, number | string | boolean>>
  /** Take the peer's preset; default true. */
  readonly like?: boolean
  /** A file of test/fixtures/nets. */
  readonly net: string
  readonly class: number
  /** At the layer that the network's manifest names. */
  readonly atLayer?: boolean
  /** 'black', 'white' or 'mirrored', by the method's names for them. */
  readonly pictures?: Readonly<Record<string, readonly string[]>>
  /** The largest error that is no fault; default 1e-4: float32 against float64. */
  readonly bound?: number
  readonly height: number
  readonly width: number
  readonly map: readonly number[]
}

export interface Page {
  readonly family: string
  readonly peer: string
  readonly version: string
  readonly script: string
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
    .map((name) => JSON.parse(readFileSync(join(fixtures, 'parity', name), 'utf8')) as Page)

export const bound = (row: Row): number => row.bound ?? 1e-4

/** ||Fovea - peer|| / ||peer|| of the maps. */
export async function errorOf(
  { openModel, openExplainer, findMethod }: Engine,
  { peer }: Page,
  row: Row,
): Promise<number> {
  const bytes = new Uint8Array(readFileSync(join(fixtures, 'nets', row.net)))
  const vision = await openModel(bytes, { preset: 'unit', size: [16, 16] })
  await using explainer: Explainer = await openExplainer(vision, findMethod(row.method), {
    options: row.options,
    ...(row.like === false ? {} : { like: peer }),
    ...(row.atLayer ? { layer: layerOf(row.net) } : {}),
  })
  const pictures = Object.entries(row.pictures ?? {}).map(([name, kinds]) => [name, kinds.map(made)])
  const { raw } = await explainer.explain(picture(), { class: row.class, pictures: Object.fromEntries(pictures) })
  if (raw.width !== row.width || raw.height !== row.height) return Number.POSITIVE_INFINITY
  let [difference, norm] = [0, 0]
  for (const [i, value] of row.map.entries()) {
    difference += ((raw.data[i] as number) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference / norm)
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
