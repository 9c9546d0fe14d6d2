/**
 * What a method is: the question it answers, its options as data, and how its heatmap comes about. A *program* method's
 * heatmap is a value of the graph, so it can leave as a plain .onnx; a *run* is a loop on the host that asks programs.
 */

import type { HeatmapKind } from '../image/index.ts'
import type { VisionModel } from '../models/index.ts'
import type { Builder, Graph, Ops, Value } from '../onnx/index.ts'
import type { OptionSchema, Options } from './options.ts'
import type { ProgramView } from './program-view.ts'
import type { ForwardFacts, Want } from './recipe.ts'
import type { Inquiry, Outcome, Study } from './study.ts'

/** How a heatmap is looked at: see `HeatmapKind`. */
export type Display = HeatmapKind

/** The rooms of the catalogue, in the order in which they are shown. */
export const families = ['gradient', 'cam', 'propagation', 'perturbation', 'mask'] as const
export type Family = (typeof families)[number]

export const familyTitles: Readonly<Record<Family, string>> = {
  gradient: 'Gradients',
  cam: 'Class activation maps',
  propagation: 'Propagation rules',
  perturbation: 'Perturbation',
  mask: 'Optimised masks',
}

/** A peer whose numbers a method can reproduce (`--like captum`): the options that do, and what else differs. */
export interface Peer {
  readonly options: Options
  readonly note?: string
}

interface Described {
  readonly name: string
  readonly title: string
  readonly family: Family
  readonly question: string
  readonly formula: string
  readonly reference: string
  readonly warning: string
  /** What it costs, in forward passes: '2', 'samples x 2'. */
  readonly cost: string
  readonly options: OptionSchema
  readonly like?: Readonly<Record<string, Peer>>
  /** Where it looks: 'layer' methods have a layer, which the user may choose; 'either': a layer only when the user names one. */
  readonly at: 'image' | 'layer' | 'either'
  /** 'image': its map has the size of the image, though it looks at a layer. */
  readonly size?: 'image'
  /** Its map does not change with the class. */
  readonly classFree?: true
  readonly display: (options: Options) => Display
  /** What is explained when nobody names a target, in the target language; default: the class, or the model's answer. */
  readonly target?: (options: Options, vision: VisionModel) => string | undefined
  /** What is explained of a model with classes when neither the user nor the options name a target. */
  readonly usual?: string
  /** Its `Explanation.state` can be given back in a request, to go on from. */
  readonly resumes?: true
  /** Pictures beside the photograph that it can take (a baseline, a background): their names, and what each is for. */
  readonly pictures?: Readonly<Record<string, string>>
}

/** The map, and for methods that promise a sum: what its parts add up to, and what they should; both [N]. */
export interface Written {
  /** [N, h, w] */
  readonly map: Value
  /** Default: the sum of the map. */
  readonly sum?: Value
  readonly promised?: Value
  /** What else is to be told, [N] or [N, n], by the words under which the certificate has it. */
  readonly details?: Readonly<Record<string, Value>>
  /** What to know about this heatmap on this model, in sentences. */
  readonly notes?: readonly string[]
}

export interface ProgramMethod extends Described {
  readonly kind: 'program'
  /** Which values are looked at, with which gradients; default: the gradient at the image or the layer. */
  readonly wants?: (facts: ForwardFacts, options: Options) => readonly Want[]
  /** Nodes behind the forward pass that the backward pass is to see, such as a second forward pass of a reference. */
  readonly forward?: (graph: Graph, facts: ForwardFacts, options: Options) => Graph
  /** Writes the heatmap, [N, h, w]. */
  readonly heatmap: (view: ProgramView, options: Options) => Value | Written
}

export interface RunMethod extends Described {
  readonly kind: 'run'
  readonly run: (study: Study, options: Options) => Promise<Outcome>
  /** The same as one program, for runs whose samples do not depend on each other's answers. */
  readonly unrolled?: Unrolled
}

/**
 * A run laid along the batch axis: in front of the model each image becomes its samples, behind it their gradients at the image
 * become one heatmap. What `run` gives, up to rounding.
 */
export interface Unrolled {
  readonly samples: (options: Options) => number
  /** The images [N, …], as they lie in the model, to [N, samples, …]. */
  readonly ahead: (images: Images, options: Options) => Value
  /** [N, h, w] @param gradient of the samples' scores, [N, samples, …] */
  readonly heatmap: (images: Images, gradient: Value, options: Options) => Value
}

export interface Images {
  readonly op: Ops
  readonly builder: Builder
  readonly vision: VisionModel
  /** [N, …], float32 */
  readonly value: Value
  /** The axis of the colours in it. */
  readonly channels: number
}

/** Whether it can leave as a file: a program, or a run that can be unrolled. */
export const canCompile = (method: Method): boolean => method.kind === 'program' || method.unrolled !== undefined

/** A run that needs nothing but answers: it explains any function, too (see `explain`). */
export interface BlackBoxMethod extends RunMethod {
  readonly blackBox: true
  readonly run: (inquiry: Inquiry, options: Options) => Promise<Outcome>
}

export const isBlackBox = (method: Method): method is BlackBoxMethod => 'blackBox' in method

export type Method = ProgramMethod | RunMethod
