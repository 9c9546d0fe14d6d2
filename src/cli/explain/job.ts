/** One model with its methods, opened as the command line says; images in, records and files out. */

import { deflateSync } from 'node:zlib'
import type { Code, Details } from '../../error/index.ts'
import { FoveaError } from '../../error/index.ts'
import { type Explainer, type Explanation, type Method, openExplainers, sheetOf } from '../../explain/index.ts'
import { encodePng } from '../../image/index.ts'
import { type GivenInput, type Prepared, predictions, prepare, type VisionModel } from '../../models/index.ts'
import type { Device } from '../../platform/index.ts'
import { encodeNpy, float32, type Image } from '../../tensor/index.ts'
import type { Given, Screen } from '../command.ts'
import { budgetOf, deviceOf, inputsOf, methodsOf, modelOf, picturesOf } from '../commands/model-flags.ts'
import type { Destination } from '../outputs.ts'
import { report } from '../report.ts'
import { refuseUnlessFinite } from './finite.ts'
import type { Standing } from './resume.ts'

export interface Job {
  readonly vision: VisionModel
  readonly explainers: readonly Explainer[]
  readonly inputs: Readonly<Record<string, GivenInput>>
  readonly pictures: Readonly<Record<string, readonly Image[]>>
  [Symbol.asyncDispose](): Promise<void>
}

/** What is known of an image when it is done. */
export type ImageRecord =
  | {
      readonly file: string
      readonly width: number
      readonly height: number
      readonly top: readonly object[]
      readonly explanations: readonly object[]
      readonly files: readonly string[]
    }
  | { readonly file: string; readonly error: { readonly code: Code; readonly message: string } & Details }

export interface Answer {
  readonly record: ImageRecord
  /** For the terminal; empty where nobody reads it. */
  readonly text: string
}

/** Follows a long method. */
export type Watch = (method: Method) => { step(done: number, total: number): void; end(): void }

export interface Running {
  readonly signal: AbortSignal
  /** Ends what runs with what it has; the methods after it are left out. */
  readonly stop?: AbortSignal
  readonly resume?: (vision: VisionModel, prepared: Prepared) => Promise<Standing | undefined>
  readonly watch: Watch
}

export const methodNames = (given: Given) => given.text('method') ?? 'saliency,grad-cam'

export async function openJob(given: Given, screen: Screen): Promise<Job> {
  const chosen = methodsOf(given, methodNames(given))
  const target = given.text('target')
  const inputs = Object.fromEntries(
    Object.entries(await inputsOf(given)).filter(([name]) => name === 'mask' && /\bmask\b/.test(target ?? '')),
  )
  const pictures = await picturesOf(given, chosen)
  const vision = await modelOf(given, given.text('model'), screen, Object.keys(inputs))
  const layer = given.text('layer')
  const like = given.text('like')
  const device = deviceOf(given)
  const asked = chosen.map(({ method, options }) => ({
    method,
    choice: {
      options,
      target,
      ...(like === undefined ? {} : { like }),
      layer: method.at === 'image' ? undefined : layer,
      device,
    },
  }))
  const explainers =
    given.text('method') === 'all'
      ? await openThose(vision, asked, device, screen)
      : await openExplainers(vision, asked, { device })
  return { vision, explainers, inputs, pictures, [Symbol.asyncDispose]: () => closeAll(explainers) }
}

async function closeAll(explainers: readonly Explainer[]): Promise<void> {
  for (const explainer of explainers) await explainer[Symbol.asyncDispose]()
}

/** One by one, without those that have no definition for this model. */
async function openThose(
  vision: VisionModel,
  asked: Parameters<typeof openExplainers>[1],
  device: Device | undefined,
  screen: Screen,
): Promise<Explainer[]> {
  const explainers: Explainer[] = []
  let reason: unknown
  try {
    for (const one of asked) {
      const opened = await openExplainers(vision, [one], { device }).catch((error: unknown) => {
        if (!isUndefinedHere(error)) throw error
        screen.note(`left out: ${error.message}`)
        reason = error
        return []
      })
      explainers.push(...opened)
    }
  } catch (error) {
    await closeAll(explainers)
    throw error
  }
  if (explainers.length === 0) throw reason
  return explainers
}

const isUndefinedHere = (error: unknown): error is FoveaError =>
  error instanceof FoveaError &&
  (error.code === 'FOVEA_METHOD' || error.code === 'FOVEA_UNSUPPORTED_OP' || error.code === 'FOVEA_ZERO_GRADIENT')

export const titleOf = (name: string) => (name === '-' ? 'standard input' : (name.split(/[/\\]/).at(-1) as string))

/** @throws FoveaError FOVEA_NOT_FINITE when the model itself answers no numbers; as `Explainer.explain` */
export async function explainImage(
  { vision, explainers, inputs, pictures }: Job,
  image: Image,
  title: string,
  given: Given,
  { signal, stop, resume, watch }: Running,
): Promise<Explanation[]> {
  const explanations: Explanation[] = []
  const prepared = prepare(image, vision.format)
  const standing = await resume?.(vision, prepared)
  for (const explainer of explainers) {
    if (stop?.aborted && explanations.length > 0) break
    stop?.throwIfAborted()
    const { step, end } = watch(explainer.method)
    const explanation = await explainer
      .explain(image, {
        class: given.text('class'),
        prepared,
        inputs,
        pictures,
        budget: budgetOf(given),
        signal,
        stop,
        resume: explainer.method.resumes ? standing?.of(explainer) : undefined,
        onProgress: step,
      })
      .finally(end)
    refuseUnlessFinite(vision, explanation, title)
    explanations.push(explanation)
  }
  await standing?.keep(explanations)
  return explanations
}

/** Writes what was asked for, and says it. */
export async function deliver(
  { vision }: Job,
  task: { readonly name: string; readonly stem: string; readonly many: boolean },
  image: Image,
  explanations: readonly Explanation[],
  given: Given,
  screen: Pick<Screen, 'color' | 'columns' | 'quiet'>,
  target: Destination,
): Promise<Answer> {
  const title = titleOf(task.name)
  const best = predictions(vision, (explanations[0] as Explanation).scores)
  const certificates = explanations.map(({ certificate, curve }) => (curve ? { ...certificate, curve } : certificate))
  const record = { file: task.name, width: image.width, height: image.height, top: best, explanations: certificates }
  const machine = isForMachines(given)
  const wantsFiles = !machine || given.text('out') !== undefined || given.text('format') !== undefined
  const files = wantsFiles ? await write(target, task.stem, title, image, vision, explanations, given, record) : []
  const text =
    machine || screen.quiet ? '' : report({ title, image, vision, explanations, best, files, brief: task.many }, screen)
  return { record: { ...record, files }, text }
}

/** A sheet takes 8 ms to pack and 350 KiB of disk; at level 6 it takes 19 ms and 320. */
const level = 1

/** Standard output is read by a program: no words for people there. */
export const isForMachines = (given: Given) => given.on('json') || given.on('jsonl') || given.text('out') === '-'

async function write(
  target: Destination,
  stem: string,
  title: string,
  image: Image,
  vision: VisionModel,
  explanations: readonly Explanation[],
  given: Given,
  record: object,
): Promise<string[]> {
  const theme = given.text('theme') as 'light' | 'dark' | undefined
  const certificates = explanations.map(({ certificate }) => certificate)
  const written = target.formats.flatMap((format) => {
    if (format === 'png') {
      const text = { Software: 'Fovea', Description: JSON.stringify(certificates) }
      const sheet = sheetOf(title, image, vision, explanations, { theme, cells: given.on('own-cells') })
      return target.write(stem, format, encodePng(sheet, { text, level, deflate: deflateSync }))
    }
    if (format === 'json') return target.write(stem, format, `${JSON.stringify(record, null, 2)}\n`)
    return explanations.map(({ heatmap, certificate }) => {
      const bytes = encodeNpy(float32([heatmap.height, heatmap.width], heatmap.data))
      return target.write(stem, format, bytes, explanations.length > 1 ? certificate.method : undefined)
    })
  })
  return Promise.all(written)
}
