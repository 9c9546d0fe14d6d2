/** What the page asks of the engine, and what comes back: plain data. */

import type { Certificate, Display, OptionSchema, Options } from '../../explain/index.ts'
import type { Inspection } from '../../models/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'

/** A method of the catalogue without its functions. */
export interface MethodInfo {
  readonly name: string
  readonly title: string
  readonly family: string
  readonly question: string
  readonly formula: string
  readonly reference: string
  readonly warning: string
  readonly cost: string
  readonly options: OptionSchema
  readonly at: 'image' | 'layer' | 'either'
  /** Whether it can leave as an .onnx file. */
  readonly compiles: boolean
  /** Peers whose numbers it can reproduce, with the options that do. */
  readonly like: Readonly<Record<string, Options>>
  /** Photographs beside the one that is explained: their names, and what each is for. */
  readonly pictures: Readonly<Record<string, string>>
}

export interface Start {
  /** The folder of the page. */
  readonly root: string
  readonly threads: number | undefined
  /** Set by the page to the id of a run that is to stop; null where memory cannot be shared. */
  readonly stop: Int32Array | null
}

export interface Started {
  readonly methods: readonly MethodInfo[]
  readonly threads: number
}

export interface OpenRequest {
  /** A URL; undefined is the embedded model. */
  readonly source: string | undefined
  readonly preset?: string
  /** Files that were dropped, by name; `source` is then the name of the model among them. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

export interface GraphNode {
  readonly op: string
  readonly name: string
  /** Its first output: the value that a layer is called by. */
  readonly value: string
  readonly shape: readonly number[]
  readonly rule: 'rule' | 'none by nature' | 'missing'
  /** The nodes, by number, that it reads. */
  readonly from: readonly number[]
}

export interface OpenedModel {
  /** What `explain` and the others call it by. */
  readonly key: string
  readonly name: string
  readonly bytes: number
  readonly labels: readonly string[] | null
  readonly classes: number
  readonly usual: string | null
  readonly notes: readonly string[]
  readonly inspection: Inspection
  readonly nodes: readonly GraphNode[]
}

export interface Prediction {
  readonly class: number
  readonly label: string
  readonly score: number
  readonly probability: number | null
}

export interface ExplainRequest {
  readonly run: number
  readonly model: string
  readonly image: string
  readonly method: string
  readonly options: Options
  readonly like: string | undefined
  /** By the names that the method declares, pictures of the page. */
  readonly pictures: Readonly<Record<string, string>> | undefined
  readonly layer: string | undefined
  readonly target: string | undefined
  readonly class: number | string | undefined
}

export interface Explained {
  /** At the layer's resolution, or the input's; it covers `certificate.seen` of the image. */
  readonly raw: Plane
  readonly certificate: Certificate
  readonly display: Display
  /** The best classes; all values where the model has no classes. */
  readonly best: readonly Prediction[]
  readonly ms: number
  /** What the studio itself has to say; the certificate has notes of its own. */
  readonly notes: readonly string[]
}

export interface Activations {
  readonly layer: string
  readonly channels: number
  readonly height: number
  readonly width: number
  /** [channels, height, width] */
  readonly data: Float32Array
  readonly seen: Certificate['seen']
}

export interface Progress {
  readonly phase: 'compile' | 'run'
  readonly done: number
  readonly total: number
  /** The map so far. */
  readonly preview?: Pick<Explained, 'raw' | 'display'> & { readonly seen: Certificate['seen'] }
}

export type { Certificate, Display, Image, Inspection, Options, Plane }
