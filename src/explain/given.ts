/** What one run of an explanation is given beside the picture: the class, the mask. */

import { FoveaError } from '../error/index.ts'
import { findClass, type GivenInput, inputTensor, type VisionModel } from '../models/index.ts'
import type { ValueInfo } from '../onnx/index.ts'
import type { Feeds } from '../platform/index.ts'
import { int64 } from '../tensor/index.ts'
import type { Method } from './method.ts'
import type { CompiledRecipe } from './recipe.ts'
import type { State } from './study.ts'
import { classInput, targetText } from './target.ts'

/** @throws FoveaError FOVEA_USAGE for a class that the target does not ask for; FOVEA_CLASS */
export function classFeed(
  vision: VisionModel,
  { target, classes }: Pick<CompiledRecipe, 'target' | 'classes'>,
  wanted: number | string | undefined,
): Feeds {
  if (classes.class)
    return { [classInput]: int64([1], [findClass(String(wanted ?? 'top'), vision.head?.classes ?? 0, vision.labels)]) }
  if (wanted === undefined || wanted === 'top' || wanted === -1) return {}
  const words = vision.head
    ? '; say logits[class] in the target, or leave the class out'
    : ': the model has no list of classes'
  throw new FoveaError(
    'FOVEA_USAGE',
    `The target '${targetText(target, {})}' does not use the class ${wanted}${words}.`,
  )
}

/** @throws FoveaError FOVEA_USAGE when the mask is missing, or nobody asked for one; FOVEA_SHAPE */
export function maskFeed(mask: ValueInfo | undefined, given: Readonly<Record<string, GivenInput>>): Feeds {
  const unknown = Object.keys(given).find((name) => name !== 'mask')
  if (unknown !== undefined || (!mask && Object.hasOwn(given, 'mask')))
    throw new FoveaError('FOVEA_USAGE', `The target takes no input '${unknown ?? 'mask'}'.`)
  if (!mask) return {}
  const [, height, width] = mask.shape ?? []
  if (!given.mask)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The target takes a mask of ${height}x${width}: give it with --input mask=mask.npy.`,
    )
  return { [mask.name]: inputTensor(mask, given.mask) }
}

/** @throws FoveaError FOVEA_USAGE when there is a state to resume and the method keeps none */
export function refuseResume({ title, resumes }: Method, state: State | undefined): void {
  if (state && !resumes)
    throw new FoveaError('FOVEA_USAGE', `${title} keeps no state, so there is nothing to resume: leave 'resume' out.`)
}

/** A place beyond what was found is this image's matter, not the model's: another image may have it. */
export function outside(error: unknown, { target }: Pick<CompiledRecipe, 'target'>): unknown {
  if (!(error instanceof FoveaError) || !/objective\/Gather.*out of (data )?bounds/s.test(error.message)) return error
  return new FoveaError(
    'FOVEA_IMAGE',
    `The target '${targetText(target, {})}' speaks of a place that this image does not have: the model found fewer.`,
    error.details,
    error,
  )
}
