/** A program method's file for the engine, with what its explainer must know of it; kept on disk under what it was made of. */

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

/** What of the compiled method is plain data; the rest follows from the model. */
type Facts = Pick<
  CompiledMethod,
  'heatmap' | 'sums' | 'details' | 'classes' | 'target' | 'score' | 'mask' | 'notes'
> & {
  readonly rules: readonly Pick<Rules, 'name' | 'notes'>[]
  readonly inputs: readonly ValueInfo[]
  readonly packing: boolean
}

export interface Ready extends Facts, Pick<CompiledMethod, 'options' | 'layer'> {
  readonly bytes: Uint8Array
  /** The file that the weights stayed in. */
  readonly weights?: WeightFile | undefined
}

/** @throws FoveaError as `compileMethod` */
export async function readyProgram(
  vision: VisionModel,
  method: ProgramMethod,
  choice: CompileOptions,
  cache: DiskCache | undefined,
): Promise<Ready> {
  const options = completeFor(method, choice.options ?? {}, choice.like)
  const target = chooseTarget(vision, method, options, choice.target)
  const layer = layerFor(vision, method, mainValue(vision, target), choice.layer)
  const { like, engine } = choice
  const weights = (await readsWeightFiles(choice.device)) ? vision.model.weights : undefined
  // A caller's own method may change without its name.
  const keyOf = (content: string | undefined) =>
    cache && content !== undefined && methods.includes(method)
      ? JSON.stringify([
          content,
          method.name,
          options,
          like,
          target.expression,
          layer?.layer.name,
          engine,
          choice.class,
          weights?.name,
        ])
      : undefined
  const key = keyOf(contentOf(vision))
  const known = key === undefined ? undefined : await cache?.read(key).then((content) => content && unpack(content))
  if (known) return { ...known, weights, options, layer }
  const began = performance.now()
  const compiled = await compileMethod(vision, method, choice)
  const { bytes } = await encodeForEngine(compiled.model, choice.device)
  const { heatmap, sums, details, classes, score, mask, notes } = compiled
  const rules = compiled.rules.map(({ name, notes }) => ({ name, ...(notes ? { notes } : {}) }))
  const inputs = requiredInputs(compiled.model.graph)
  const packing = packingPays(compiled.model.graph, compiled.measured)
  const facts = { heatmap, sums, details, classes, target: compiled.target, score, mask, notes, rules, inputs, packing }
  const dear = cache !== undefined && performance.now() - began >= cache.worth
  // Now that all weights were read it is known whether they lay in the file.
  if (dear && key !== undefined && contentOf(vision) !== undefined) await cache.write(key, pack(facts, bytes))
  return { ...facts, bytes, weights, options, layer }
}

/** The length of the facts, the facts as JSON, the file. */
function pack(facts: Facts, bytes: Uint8Array): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(facts))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.length)
  return [length, text, bytes]
}

function unpack(content: Uint8Array): Facts & Pick<Ready, 'bytes'> {
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0)
  const facts = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length))) as Facts
  return { ...facts, bytes: content.subarray(4 + length) }
}
