/**
 * A recipe says what is computed of a model beside its score: which values are looked at, with gradients by which rules, and
 * the nodes that make something of them. `compileRecipe` makes the program.
 */

import {
  differentiate,
  type Entry,
  type Expression,
  gradient,
  type ResolvedTarget,
  type RuleSet,
} from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import { type Engine, lower } from '../lowering/index.ts'
import type { Layer, VisionModel } from '../models/index.ts'
import {
  Builder,
  dropDead,
  type Graph,
  type Measured,
  type Model,
  usesOf,
  type Value,
  type ValueInfo,
  valueDtypes,
  withGraph,
} from '../onnx/index.ts'
import type { Device } from '../platform/index.ts'
import { extend } from '../runtime/index.ts'
import { type Label, type ProgramView, type SettledWant, viewOf } from './program-view.ts'
import { addTarget, type ChosenClasses, withDetections } from './target.ts'

/** A rule set with its name, as certificates state it, and what is to be known about it on this model. */
export interface Rules {
  readonly name: string
  readonly set: RuleSet
  /** 'value': the objective's own value goes back (relevance) instead of 1 (a gradient). */
  readonly seed?: 'one' | 'value'
  readonly notes?: readonly string[]
  /** Relevance: who received, gave and kept how much; filled while the rules are applied. */
  readonly ledger?: readonly Entry[]
}

export const plainGradient: Rules = { name: 'gradient', set: gradient }

/** A value that is looked at, and the gradient there. */
export interface Want {
  /** A value of the graph; the image is `vision.pixels.name`. */
  readonly at: string
  /** Default: the gradient. null: only the value. */
  readonly rules?: Rules | null
  /** What is differentiated instead of the target: written behind what earlier wants gave, one number an image, [N]. */
  readonly objective?: (view: ProgramView) => Value
}

/** What is known before the backward pass is written. */
export interface ForwardFacts {
  readonly vision: VisionModel
  /** The model with the target's score behind it. */
  readonly graph: Graph
  readonly measured: Measured
  /** The chosen layer. */
  readonly layer: Layer | undefined
  /** [N] */
  readonly score: ValueInfo
}

export interface Recipe {
  /** Programs of one study are kept by this name: one name, one program. */
  readonly name: string
  readonly wants?: (facts: ForwardFacts) => readonly Want[]
  readonly forward?: (graph: Graph, facts: ForwardFacts) => Graph
  /** The outputs beside the score, by name; each value's first axis counts the images. */
  readonly write?: (view: ProgramView) => Readonly<Record<string, Value>>
  /** Values that are given at run time instead of computed: the program is what comes behind them. */
  readonly entry?: readonly string[]
  /** Only what `write` gives, without the score. */
  readonly bare?: boolean
}

export interface RecipeChoice {
  readonly target: ResolvedTarget
  readonly layer?: Layer | undefined
  /** See `CompileOptions.class`. */
  readonly class?: 'top' | 'required'
  readonly device?: Device | undefined
  /** What will run it: operators are chosen for its kernels. Default 'any'. */
  readonly engine?: Engine | undefined
  /** Keep the model's own outputs. */
  readonly face?: boolean
}

export interface CompiledRecipe {
  readonly model: Model
  readonly outputs: Readonly<Record<string, ValueInfo>>
  /** The target in its normal form; its value [N], and what it takes and tells (see `addTarget`). */
  readonly target: Expression
  readonly score: ValueInfo
  readonly classes: ChosenClasses
  readonly mask: ValueInfo | undefined
  readonly rules: readonly Rules[]
  readonly measured: Measured
}

/** @throws FoveaError FOVEA_UNSUPPORTED_OP, FOVEA_ZERO_GRADIENT */
export async function compileRecipe(
  given: VisionModel,
  recipe: Recipe,
  { target, layer, class: mode = 'required', device, engine = 'any', face = false }: RecipeChoice,
): Promise<CompiledRecipe> {
  const vision = recipe.entry ? enter(given, recipe.entry) : given
  const written = addTarget(vision, target, mode)
  const irVersion = Math.max(vision.model.irVersion, 8)
  let graph = written.graph
  let measured = await grow(vision, withDetections(vision), vision.model.graph, graph, device)
  const facts = (): ForwardFacts => ({ vision, graph, measured, layer, score: written.score })
  if (recipe.forward) {
    const before = graph
    graph = recipe.forward(before, facts())
    measured = await grow(vision, measured, before, graph, device)
  }
  const wants = (recipe.wants?.(facts()) ?? []).map(settled)
  const labels: Label[] = []
  const { outputs } = graph
  for (const [i, want] of wants.entries()) {
    if (labels[i] !== undefined || want.rules === null) continue
    const { rules, objective } = want
    const label = i === 0 && rules.name === 'gradient' ? 'gradient' : `${rules.name}-${i}`
    let goal = written.score.name
    if (objective) {
      const before = graph
      const builder = new Builder(before)
      goal = builder.within(`${label}/objective`, () => objective(viewOf(builder, facts(), wants, labels))).name
      graph = builder.finish()
      measured = await grow(vision, measured, before, graph, device)
    }
    const alike = wants.flatMap((other, j) =>
      j >= i && other.rules === rules && other.objective === objective ? [j] : [],
    )
    for (const j of alike) labels[j] = label
    const wrt = [...new Set(alike.map((j) => (wants[j] as SettledWant).at))]
    graph = differentiate(graph, { objective: goal, wrt, rules: rules.set, measured, seed: rules.seed, label })
    if (wants.some((later, j) => j > i && later.objective))
      measured = await grow(vision, measured, written.graph, graph, device)
  }
  const builder = new Builder({ ...graph, outputs })
  const values = builder.within(recipe.name, () => recipe.write?.(viewOf(builder, facts(), wants, labels)) ?? {})
  const infos = Object.entries(values).map(([name, value]): [string, ValueInfo] => {
    const named = builder.named('Identity', name, value)
    return [name, { ...named }]
  })
  const kept = face
    ? outputs
    : recipe.bare
      ? []
      : outputs.filter(({ name }) => !given.model.graph.outputs.some((own) => own.name === name))
  const full = builder.finish(infos.map(([, info]) => info))
  const wanted = { ...full, outputs: [...kept, ...infos.map(([, info]) => info)] }
  const alive = lower(dropDead(wanted), measured, engine, !face)
  return {
    model: withGraph(vision.model, fixSize(face ? alive : withoutIdle(alive), vision), { irVersion }),
    outputs: Object.fromEntries(infos),
    target: written.expression,
    score: written.score,
    classes: written.classes,
    mask: written.mask,
    rules: [...new Set(wants.flatMap(({ rules }) => rules ?? []))],
    measured,
  }
}

const settled = ({ rules = plainGradient, ...want }: Want): SettledWant => ({ ...want, rules })

const grow = (vision: VisionModel, measured: Measured, before: Graph, graph: Graph, device: Device | undefined) =>
  extend(measured, before, withGraph(vision.model, graph, { irVersion: Math.max(vision.model.irVersion, 8) }), device)

/** The model behind some of its values: those are inputs now, and what only they needed is gone. */
function enter(vision: VisionModel, names: readonly string[]): VisionModel {
  const { graph } = vision.model
  const dtypes = valueDtypes(graph)
  const given = new Set(names)
  const inputs = names
    .filter((name) => !graph.inputs.some((input) => input.name === name))
    .map((name): ValueInfo => {
      const shape = vision.measured.shapes.get(name)
      if (!shape) throw new FoveaError('FOVEA_LAYER', `The model has no value '${name}'.`, { tensor: name })
      return {
        name,
        dtype: dtypes.get(name) ?? 'float32',
        shape: shape.dims.map((dim, i) => (shape.batch[i] ? (dim === 1 ? 'N' : null) : dim)),
      }
    })
  const nodes = graph.nodes.flatMap((node) => {
    if (!node.outputs.some((name) => given.has(name))) return [node]
    const outputs = node.outputs.map((name) => (given.has(name) ? `${name}/computed` : name))
    return [{ ...node, outputs }]
  })
  return { ...vision, model: withGraph(vision.model, { ...graph, inputs: [...graph.inputs, ...inputs], nodes }) }
}

/** Without the inputs that nothing reads. */
function withoutIdle(graph: Graph): Graph {
  const used = new Set([...graph.nodes.flatMap(usesOf), ...graph.outputs.map(({ name }) => name)])
  return { ...graph, inputs: graph.inputs.filter(({ name }) => used.has(name)) }
}

/** The backward pass holds the sizes that were measured, so the inputs say so: another size is refused, not mistaken. */
export function fixSize(graph: Graph, { image, measured }: VisionModel): Graph {
  const shape = measured.shapes.get(image.name)
  if (!shape) return graph
  const inputs = graph.inputs.map((input) => {
    if (input.name !== image.name || input.shape?.every((dim) => typeof dim === 'number')) return input
    return { ...input, shape: shape.dims.map((dim, i) => (shape.batch[i] ? (input.shape?.[i] ?? 'N') : dim)) }
  })
  return { ...graph, inputs }
}
