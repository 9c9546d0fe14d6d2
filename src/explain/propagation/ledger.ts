/** The relevance of one explanation, node by node: who received how much, handed on how much, and what biases kept of it. */

import { FoveaError } from '../../error/index.ts'
import { feedsOf, prepare, type VisionModel } from '../../models/index.ts'
import type { Value } from '../../onnx/index.ts'
import type { SessionOptions } from '../../platform/index.ts'
import { openProgram } from '../../runtime/index.ts'
import { type Image, numbers, type Tensor } from '../../tensor/index.ts'
import { type CompileOptions, layerFor } from '../compile.ts'
import { classFeed } from '../given.ts'
import type { ProgramMethod } from '../method.ts'
import { completeFor } from '../options.ts'
import { compileRecipe, type Recipe } from '../recipe.ts'
import { chooseTarget, mainValue } from '../target.ts'

/** In the order of the way back, from the score to the image. */
export interface LedgerLine {
  readonly node: string
  readonly operator: string
  /** 'epsilon', 'gamma', 'passes', 'winner takes all' … */
  readonly rule: string
  readonly received: number
  readonly given: number
  /** By biases, other constants, and operators without a rule. */
  readonly kept: number
  /** received - given - kept: what epsilon and rounding took, and layers whose inputs are all zero. */
  readonly lost: number
}

/**
 * @param method one that propagates relevance: `findMethod('lrp')`
 * @throws FoveaError FOVEA_USAGE for a method without relevance; as `compileMethod`
 */
export async function relevanceLedger(
  vision: VisionModel,
  image: Image,
  method: ProgramMethod,
  { class: asked, ...choice }: Omit<CompileOptions, 'class'> & SessionOptions & { class?: number | string } = {},
): Promise<readonly LedgerLine[]> {
  const options = completeFor(method, choice.options ?? {}, choice.like)
  const target = chooseTarget(vision, method, options, choice.target)
  const layer = layerFor(vision, method, mainValue(vision, target), choice.layer)?.layer
  const recipe: Recipe = {
    name: 'ledger',
    ...(method.forward ? { forward: (graph, facts) => method.forward?.(graph, facts, options) ?? graph } : {}),
    wants: (facts) => method.wants?.(facts, options) ?? [],
    write: ({ op, builder, parts }) => {
      const entries = parts[0]?.rules?.ledger ?? []
      if (entries.length === 0)
        throw new FoveaError(
          'FOVEA_USAGE',
          `${method.name} hands back no relevance; a ledger is kept by lrp and excitation-backprop.`,
        )
      const column = (name: string | null, i: number): Value => {
        const received = builder.value(entries[i]?.received as string)
        return op.Unsqueeze(name === null ? op.Sub(received, received) : builder.value(name), [1])
      }
      const table = (names: readonly (string | null)[]) => op.Concat(...names.map(column), { axis: 1 })
      return {
        'ledger/received': table(entries.map(({ received }) => received)),
        'ledger/given': table(entries.map(({ given }) => given)),
        'ledger/kept': table(entries.map(({ kept }) => kept)),
      }
    },
  }
  const compiled = await compileRecipe(vision, recipe, { target, layer, device: choice.device })
  await using program = await openProgram(compiled.model, choice)
  const feeds = { ...feedsOf(vision, prepare(image, vision.format).tensor), ...classFeed(vision, compiled, asked) }
  const answers = await program.run(feeds)
  const [received, given, kept] = ['received', 'given', 'kept'].map((name) =>
    numbers(answers[`ledger/${name}`] as Tensor),
  )
  const entries = compiled.rules[0]?.ledger ?? []
  return entries.map(({ node, rule }, i) => {
    const [got, gave, held] = [received?.[i] ?? 0, given?.[i] ?? 0, kept?.[i] ?? 0]
    const name = node.name || (node.outputs[0] as string)
    return { node: name, operator: node.op, rule, received: got, given: gave, kept: held, lost: got - gave - held }
  })
}
