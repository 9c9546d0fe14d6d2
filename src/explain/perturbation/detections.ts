/** What a detector found: which of a model's outputs tell it, how they are read, and how like two detections are. */

import { isPlain } from '../../autodiff/index.ts'
import { FoveaError } from '../../error/index.ts'
import type { VisionModel } from '../../models/index.ts'
import { isFloat } from '../../tensor/index.ts'
import type { Answers } from '../study.ts'

export interface Detection {
  /** Left, top, right, bottom, in any unit. */
  readonly box: ArrayLike<number>
  /** Without a list of class scores: the number of the class. */
  readonly label?: number
  /** The score of each class; with a label, or of a single class: one score. */
  readonly scores: ArrayLike<number>
  /** That there is anything; default: the highest score. */
  readonly objectness?: number
}

const roles = ['boxes', 'scores', 'labels', 'objectness'] as const
export type Role = (typeof roles)[number]

/** Names of outputs. */
export type DetectorOutputs = Readonly<Record<'boxes' | 'scores', string> & Partial<Record<Role, string>>>

/** Intersection over union of two boxes; 0 where nothing is covered. */
export function overlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [left, top, right, bottom] = a as unknown as [number, number, number, number]
  const [left2, top2, right2, bottom2] = b as unknown as [number, number, number, number]
  const area = (width: number, height: number) => Math.max(0, width) * Math.max(0, height)
  const both = area(Math.min(right, right2) - Math.max(left, left2), Math.min(bottom, bottom2) - Math.max(top, top2))
  const either = area(right - left, bottom - top) + area(right2 - left2, bottom2 - top2) - both
  return either > 0 ? both / either : 0
}

/** Cosine of the angle between two lists of class scores; 0 for a list of zeros. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] as number) * (b[i] as number)
    aa += (a[i] as number) ** 2
    bb += (b[i] as number) ** 2
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0
}

/** Whether there is anything: the objectness, or the highest score where there is none. */
export const sureness = ({ objectness, scores }: Detection): number => {
  if (objectness !== undefined) return objectness
  let most = 0
  for (let k = 0; k < scores.length; k++) most = Math.max(most, scores[k] as number)
  return most
}

/**
 * How much of one detection is left among others: max over j of IoU(box_j, box) . objectness_j . cos(scores_j, scores); with labels
 * the cosine is 1 for the same label, else 0. 0 when nothing was found. (Petsiuk et al. 2021, equations 3 to 6.)
 */
export function similarity(found: Iterable<Detection>, wanted: Detection): number {
  let most = 0
  for (const one of found) {
    const near = overlap(one.box, wanted.box)
    if (near * sureness(one) <= most) continue
    const alike = wanted.label === undefined ? cosine(one.scores, wanted.scores) : Number(one.label === wanted.label)
    most = Math.max(most, near * sureness(one) * alike)
  }
  return most
}

/** What an output is called among the answers: a name that no model has. */
export const answerName = (role: Role) => `fovea/${role}`

/** The detections that a run answered. */
export function detectionsOf(answers: Answers, { labels, objectness }: DetectorOutputs): Detection[] {
  const values = (role: Role) => answers[answerName(role)]?.data as Float32Array
  const count = values('boxes').length / 4
  const classes = count > 0 ? values('scores').length / count : 1
  return Array.from({ length: count }, (_, i) => ({
    box: values('boxes').subarray(4 * i, 4 * i + 4),
    scores: values('scores').subarray(classes * i, classes * (i + 1)),
    ...(labels ? { label: values('labels')[i] as number } : {}),
    ...(objectness ? { objectness: values('objectness')[i] as number } : {}),
  }))
}

/** The output that says how sure a detection is, as a word of the target language. */
export function surenessTarget({ objectness, scores }: DetectorOutputs, box: number): string {
  const name = objectness ?? scores
  const word = isPlain(name) ? name : `output(${JSON.stringify(name)})`
  return box < 0 ? `max(${word})` : `max(${word}[${box}])`
}

/**
 * Which outputs are the boxes [n, 4], the scores [n] or [n, K], the labels [n], the objectness [n]; the axis of the images comes before.
 * @param given 'boxes=a,scores=b': names for those that shapes leave open
 * @throws FoveaError FOVEA_USAGE for a name that there is not; FOVEA_METHOD for a model that is no detector
 */
export function detectorOutputs(vision: VisionModel, given: string): DetectorOutputs {
  const outputs = vision.model.graph.outputs.map(({ name, dtype }) => ({ name, dtype, axes: axesOf(vision, name) }))
  const named = namesOf(given)
  for (const name of Object.values(named))
    if (!outputs.some((output) => output.name === name))
      throw new FoveaError(
        'FOVEA_USAGE',
        `The model has no output '${name}'; it has ${outputs.map((output) => output.name).join(', ')}.`,
      )
  const taken = new Set<string>(Object.values(named))
  const pick = (role: Role, fits: (output: (typeof outputs)[number]) => boolean): string | undefined => {
    if (named[role]) return named[role]
    const fitting = outputs.filter((output) => !taken.has(output.name) && fits(output))
    const [found, ...more] = fitting
    const chosen = more.length === 0 ? found : only(fitting.filter(({ name }) => words[role].test(name)))
    if (chosen) taken.add(chosen.name)
    return chosen?.name
  }
  const boxes = pick('boxes', ({ dtype, axes }) => isFloat(dtype) && axes.length === 2 && axes[1] === 4)
  const many = outputs.find(({ name }) => name === boxes)?.axes[0]
  const flat = (axes: readonly number[]) =>
    axes[0] === many && (axes.length === 1 || (axes.length === 2 && axes[1] === 1))
  const labels = pick('labels', ({ dtype, axes }) => /int/.test(dtype) && flat(axes))
  const lists = (axes: readonly number[]) => axes[0] === many && axes.length === 2 && (axes[1] as number) > 1
  const scores =
    (labels ? undefined : pick('scores', ({ dtype, axes }) => isFloat(dtype) && lists(axes))) ??
    pick('scores', ({ dtype, axes }) => isFloat(dtype) && flat(axes))
  if (!boxes || !scores) {
    const listed = outputs.map(({ name, dtype, axes }) => `'${name}' ${dtype}[${axes.join(', ')}]`)
    throw new FoveaError(
      'FOVEA_METHOD',
      `D-RISE explains detectors, and which outputs are the boxes [n, 4] and the scores [n] or [n, classes] does not follow from ${listed.join(', ')}: name them (outputs: boxes=a,scores=b).`,
    )
  }
  const objectness = labels ? named.objectness : pick('objectness', ({ dtype, axes }) => isFloat(dtype) && flat(axes))
  return { boxes, scores, ...(labels ? { labels } : {}), ...(objectness ? { objectness } : {}) }
}

const words: Readonly<Record<Role, RegExp>> = {
  boxes: /box/i,
  scores: /^(.*[^a-z])?(scores?|confidences?|prob\w*)$/i,
  labels: /label|class/i,
  objectness: /object/i,
}

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

function namesOf(given: string): Partial<Record<Role, string>> {
  const pairs = given
    .split(',')
    .flatMap((part) => (part.trim() === '' ? [] : [part.split('=').map((word) => word.trim())]))
  for (const [role, name] of pairs)
    if (!roles.includes(role as Role) || !name)
      throw new FoveaError(
        'FOVEA_USAGE',
        `d-rise's option 'outputs' is ${roles.join(', ')} with the names of outputs, such as boxes=a,scores=b, not '${given}'.`,
      )
  return Object.fromEntries(pairs)
}

/** Without the axis that counts the images. */
function axesOf({ measured, batch, varying }: VisionModel, name: string): readonly number[] {
  const { dims = [], batch: grows = [] } = measured.shapes.get(name) ?? {}
  const counts = !varying.get(name)?.[0] && (grows[0] || (batch !== null && batch > 0 && dims[0] === batch))
  // One image before detections of which the number varies.
  return counts || (dims.length === 3 && dims[0] === 1) ? dims.slice(1) : dims
}
