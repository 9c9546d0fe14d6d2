/** A model loaded into the engine, with its inputs checked before each run and its runs cancellable in between. */

import { createSession, readsWeightFiles } from '#platform'
import { FoveaError } from '../error/index.ts'
import { type Dimension, encodeModel, type Model, requiredInputs, type ValueInfo } from '../onnx/index.ts'
import type { Device, Feeds, SessionOptions, WeightFile } from '../platform/index.ts'
import type { Tensor } from '../tensor/index.ts'

export interface Program {
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly string[]
  readonly engine: string
  /**
   * @param fetches the outputs wanted; default all
   * @throws FoveaError FOVEA_SHAPE with both shapes; the signal's reason when cancelled
   */
  run(feeds: Feeds, options?: { fetches?: readonly string[]; signal?: AbortSignal }): Promise<Record<string, Tensor>>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openProgram(model: Model, options: SessionOptions = {}): Promise<Program> {
  const { bytes, weights } = await encodeForEngine(model, options.device)
  return loadProgram(bytes, requiredInputs(model.graph), { ...options, weights })
}

/** A model as a session takes it: without the weights that the engine reads from the model's file. */
export async function encodeForEngine(
  model: Model,
  device?: Device,
): Promise<{ readonly bytes: Uint8Array; readonly weights?: WeightFile }> {
  const { weights } = model
  if (!weights || !(await readsWeightFiles(device))) return { bytes: encodeModel(model, { inline: true }) }
  return { bytes: encodeModel(model, { inline: 'others' }), weights }
}

/** @param inputs those that a run must give */
export async function loadProgram(
  bytes: Uint8Array,
  inputs: readonly ValueInfo[],
  options: SessionOptions = {},
): Promise<Program> {
  const session = await createSession(bytes, options)
  let closed = false
  return {
    inputs,
    outputs: session.outputNames,
    engine: session.engine,
    async run(feeds, { fetches = session.outputNames, signal } = {}) {
      signal?.throwIfAborted()
      for (const input of inputs) checkInput(input, feeds[input.name])
      const result = await session.run(feeds, fetches)
      signal?.throwIfAborted()
      return result
    },
    async [Symbol.asyncDispose]() {
      if (!closed) await session.release()
      closed = true
    },
  }
}

function checkInput(input: ValueInfo, given: Tensor | undefined): void {
  const expected = show(input.shape)
  if (!given)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `The model's input '${input.name}' (${input.dtype}${expected}) was not given.`,
      { tensor: input.name },
    )
  const fits =
    given.dtype === input.dtype &&
    (!input.shape ||
      (input.shape.length === given.dims.length &&
        input.shape.every((dim, i) => typeof dim !== 'number' || dim === given.dims[i])))
  if (fits) return
  throw new FoveaError(
    'FOVEA_SHAPE',
    `The model's input '${input.name}' is ${input.dtype}${expected}, but ${given.dtype}[${given.dims.join(', ')}] was given.${layoutHint(input.shape, given.dims)}`,
    { tensor: input.name, expected: `${input.dtype}${expected}`, got: `${given.dtype}[${given.dims.join(', ')}]` },
  )
}

const show = (shape: readonly Dimension[] | undefined) =>
  shape ? `[${shape.map((d) => d ?? '?').join(', ')}]` : ' of any shape'

function layoutHint(expected: readonly Dimension[] | undefined, got: readonly number[]): string {
  if (expected?.length !== 4 || got.length !== 4) return ''
  if (expected[1] === 3 && got[3] === 3) return ' It wants channels first (NCHW); the tensor has them last.'
  if (expected[3] === 3 && got[1] === 3) return ' It wants channels last (NHWC); the tensor has them first.'
  return ''
}
