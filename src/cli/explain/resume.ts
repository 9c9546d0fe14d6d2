/** `--resume file`: where optimised masks stand. The same command goes on from the file if it is there, and keeps in it what was reached. */

import * as v from 'valibot'
import { readBytes, sha256, writeBytes } from '#platform'
import { FoveaError } from '../../error/index.ts'
import { type Explainer, type Explanation, type Method, methods, type State } from '../../explain/index.ts'
import type { Prepared, VisionModel } from '../../models/index.ts'
import type { Given } from '../command.ts'
import { isThere } from '../outputs.ts'

export interface Standing {
  /** @throws FoveaError FOVEA_USAGE when the file has the method's state of another question */
  of(explainer: Explainer): State | undefined
  keep(explanations: readonly Explanation[]): Promise<void>
}

const numbers = v.pipe(
  v.array(v.number()),
  v.transform((values) => Float64Array.from(values)),
)
const descent = v.strictObject({ parameters: numbers, curve: v.array(v.number()), memory: v.array(numbers) })
/** By the method's name. */
const schema = v.record(v.string(), v.strictObject({ of: v.record(v.string(), v.string()), state: v.array(descent) }))
type Kept = v.InferOutput<typeof schema>

/** @throws FoveaError FOVEA_USAGE when no method of the command can go on, or there are several images */
export function refuseResume(given: Given, images: number, chosen: readonly Method[]): void {
  if (given.text('resume') === undefined) return
  if (images !== 1) throw new FoveaError('FOVEA_USAGE', `--resume goes on with one image, not with ${images}.`)
  const able = methods.filter(({ resumes }) => resumes).map(({ name }) => name)
  if (!chosen.some(({ resumes }) => resumes))
    throw new FoveaError(
      'FOVEA_USAGE',
      `--resume is for ${able.join(' and ')}: ${chosen.map(({ name }) => name).join(', ')} cannot go on later.`,
    )
}

export async function openStanding(
  given: Given,
  { hash }: VisionModel,
  { tensor }: Prepared,
): Promise<Standing | undefined> {
  const path = given.text('resume')
  if (path === undefined) return undefined
  const kept = await read(path)
  const { buffer, byteOffset, byteLength } = tensor.data
  const picture = await sha256(new Uint8Array(buffer, byteOffset, byteLength))
  const asked = { class: given.text('class') ?? 'top', target: given.text('target') ?? 'as usual' }
  const begun = new Map<string, Kept[string]['of']>()
  return {
    of({ method, options, layer }) {
      const how = Object.entries(options).filter(([name]) => name !== 'steps' && name !== 'tolerance')
      const question = {
        model: hash,
        'image or preset': picture,
        ...asked,
        layer: layer?.layer.name ?? 'none',
        ...Object.fromEntries(how.map(([name, value]) => [`--${name}`, String(value)])),
      }
      begun.set(method.name, question)
      const known = kept[method.name]
      if (!known) return undefined
      const other = Object.entries(question).find(([name, value]) => known.of[name] !== value)
      if (other)
        throw new FoveaError(
          'FOVEA_USAGE',
          `${path} stands at another question: its ${other[0]} was another one. Ask the same, or give --resume a new file.`,
        )
      return known.state
    },
    async keep(explanations) {
      for (const { certificate, state } of explanations) {
        const of = begun.get(certificate.method)
        if (state && of) kept[certificate.method] = { of, state: state as Kept[string]['state'] }
      }
      await writeBytes(
        path,
        JSON.stringify(kept, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value)),
      )
    },
  }
}

async function read(path: string): Promise<Kept> {
  if (!(await isThere(path))) return {}
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(await readBytes(path))))
  } catch (error) {
    if (error instanceof FoveaError) throw error
    throw new FoveaError('FOVEA_USAGE', `${path} is no file that --resume wrote: give it another one.`, {}, error)
  }
}
