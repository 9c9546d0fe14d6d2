/** The file for the engine of one or several program methods, with what their explainers must know of it; kept on disk under what it was made of. */

import { readsWeightFiles } from '#platform'
import { packingPays } from '../lowering/index.ts'
import { contentOf, type VisionModel } from '../models/index.ts'
import { requiredInputs, type ValueInfo } from '../onnx/index.ts'
import type { DiskCache, WeightFile } from '../platform/index.ts'
import { encodeForEngine } from '../runtime/index.ts'
import { methods } from './catalogue.ts'
import { type CompiledMethod, type CompileOptions, compileMethod, layerFor } from './compile.ts'
import type { ProgramMethod } from './method.ts'
import { completeFor } from './options.ts'
import type { Rules } from './recipe.ts'
import { chooseTarget, mainValue } from './target.ts'
import { together } from './together.ts'

/** A method, and how it is compiled. */
export interface Ask {
  readonly method: ProgramMethod
  readonly choice: CompileOptions
}

/** What of a compiled method is plain data; the rest follows from the model. */
type PartFacts = Pick<
  CompiledMethod,
  'heatmap' | 'sums' | 'details' | 'classes' | 'target' | 'score' | 'mask' | 'notes'
> & { readonly rules: readonly Pick<Rules, 'name' | 'notes'>[] }

interface Facts {
  readonly parts: readonly PartFacts[]
  readonly inputs: readonly ValueInfo[]
  readonly packing: boolean
}

export interface ReadyPart extends PartFacts, Pick<CompiledMethod, 'method' | 'options' | 'layer'> {
  readonly like: string | undefined
}

export interface Ready extends Omit<Facts, 'parts'> {
  /** In the order in which they were asked for. */
  readonly parts: readonly ReadyPart[]
  readonly bytes: Uint8Array
  /** The file that the weights stayed in. */
  readonly weights?: WeightFile | undefined
}

/**
 * @param asks at least one, all for the same device and engine
 * @throws FoveaError as `compileMethod`
 */
export async function readyProgram(
  vision: VisionModel,
  asks: readonly Ask[],
  cache: DiskCache | undefined,
): Promise<Ready> {
  const device = asks[0]?.choice.device
  const weights = (await readsWeightFiles(device)) ? vision.model.weights : undefined
  const settled = asks.map(({ method, choice }) => {
    const { like, engine } = choice
    const options = completeFor(method, choice.options ?? {}, like)
    const target = chooseTarget(vision, method, options, choice.target)
    const layer = layerFor(vision, method, mainValue(vision, target), choice.layer)
    const key = [method.name, options, like, target.expression, layer?.layer.name, engine, choice.class]
    return { method, options, layer, like, key }
  })
  // A caller's own method may change without its name.
  const ours = asks.every(({ method }) => methods.includes(method))
  const keyOf = (content: string | undefined) =>
    cache && content !== undefined && ours
      ? JSON.stringify([content, settled.map(({ key }) => key), weights?.name])
      : undefined
  const ready = ({ parts, ...facts }: Facts, bytes: Uint8Array): Ready => ({
    ...facts,
    bytes,
    weights,
    parts: parts.map((part, i) => {
      const { key: _, ...known } = settled[i] as (typeof settled)[number]
      return { ...part, ...known }
    }),
  })
  const key = keyOf(contentOf(vision))
  const known = key === undefined ? undefined : await cache?.read(key)
  if (known) return ready(...unpack(known))
  const began = performance.now()
  const compiled: CompiledMethod[] = []
  for (const { method, choice } of asks) compiled.push(await compileMethod(vision, method, choice))
  const { model, parts } = together(compiled)
  const { bytes } = await encodeForEngine(model, device)
  const facts: Facts = {
    parts: parts.map(({ heatmap, sums, details, classes, target, score, mask, notes, rules }) => ({
      ...{ heatmap, sums, details, classes, target, score, mask, notes },
      rules: rules.map(({ name, notes }) => ({ name, ...(notes ? { notes } : {}) })),
    })),
    inputs: requiredInputs(model.graph),
    packing: compiled.every(({ model: { graph }, measured }) => packingPays(graph, measured)),
  }
  const dear = cache !== undefined && performance.now() - began >= cache.worth
  // Now that all weights were read it is known whether they lay in the file.
  if (dear && key !== undefined && contentOf(vision) !== undefined) await cache.write(key, pack(facts, bytes))
  return ready(facts, bytes)
}

/** The length of the facts, the facts as JSON, the file. */
function pack(facts: Facts, bytes: Uint8Array): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(facts))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.length)
  return [length, text, bytes]
}

function unpack(content: Uint8Array): [Facts, Uint8Array] {
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0)
  const facts = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length))) as Facts
  return [facts, content.subarray(4 + length)]
}
