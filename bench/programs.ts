/** A model's forward pass and its compiled methods, loaded and fed with noise, ready to be timed or profiled. */

import { classInput, compileMethod, findMethod } from 'fovea/explain'
import { openModel } from 'fovea/models'
import type { Model } from 'fovea/onnx'
import type { Device, SessionOptions } from 'fovea/platform'
import { openProgram } from 'fovea/runtime'
import { float32, int64, random } from 'fovea/tensor'
import { hasBlockedKernels } from '#platform'
import type { Profiled } from './profile.ts'

export interface Timed extends Profiled {
  run(): Promise<unknown>
  close(): Promise<void>
}

const side = 224

/** @param file undefined: the embedded model */
export async function loadPrograms(
  file: string | undefined,
  batch: number,
  threads: number,
  device: Device = 'auto',
): Promise<Timed[]> {
  const vision = await openModel(file, file ? { preset: 'torchvision', size: [side, side] } : {})
  const { uniform } = random(1)
  const pixels = Float32Array.from({ length: batch * 3 * side * side }, (_, i) => 4 * uniform(i) - 2)
  const own = { [vision.image.name]: float32([batch, 3, side, side], pixels) }
  const top = { ...own, [classInput]: int64([1], [-1]) }
  const scores = vision.answer.value
  // What openExplainer compiles for this machine.
  const engine = (await hasBlockedKernels(device)) ? 'x64' : 'any'
  const session = { threads, device }
  const methods = ['saliency', 'grad-cam'].map(async (name) => {
    const compiled = await compileMethod(vision, findMethod(name), { class: 'required', engine })
    return load(name, compiled.model, top, [scores, compiled.heatmap.name], session)
  })
  return [await load('forward', vision.model, own, [scores], session), ...(await Promise.all(methods))]
}

async function load(
  label: string,
  model: Model,
  feeds: Timed['feeds'],
  fetches: readonly string[],
  session: SessionOptions,
): Promise<Timed> {
  const program = await openProgram(model, session)
  return {
    label,
    model,
    feeds,
    fetches,
    run: () => program.run(feeds, { fetches }),
    close: () => program[Symbol.asyncDispose](),
  }
}
