/**
 * Which pixels were in sight when the detector found this object again?
 * RISE with f = max over detections j of IoU(box_j, box) . objectness_j . cos(class scores_j, class scores).
 * Petsiuk et al.: Black-box explanation of object detectors via saliency maps (2021), arXiv 2006.03204.
 * Warning: an estimate: look at its standard error. A detection that moves or splits under the masks counts as lost.
 */

import { FoveaError } from '../../error/index.ts'
import type { Size } from '../../image/index.ts'
import type { Rect } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import {
  answerName,
  type Detection,
  detectionsOf,
  detectorOutputs,
  type Role,
  similarity,
  sureness,
  surenessTarget,
} from './detections.ts'
import { hiddenPictures } from './hidden.ts'
import { inSight, sightOptions } from './in-sight.ts'

export const dRise: RunMethod = {
  kind: 'run',
  name: 'd-rise',
  title: 'D-RISE',
  family: 'perturbation',
  question: 'Which pixels were in sight when the detector found this object again?',
  formula: 'RISE with f = max_j IoU(box_j, box) . objectness_j . cos(class_j, class)',
  reference: 'Petsiuk et al. 2021, arXiv:2006.03204',
  warning: 'An estimate: look at its standard error. A detection that moves or splits under the masks counts as lost.',
  cost: 'samples',
  options: {
    box: { default: -1, min: -1, max: 1_000_000, whole: true, describe: 'which detection, from 0; -1: the surest one' },
    outputs: {
      default: '',
      describe: 'which outputs tell boxes, scores, labels, objectness: boxes=a,scores=b; default: by their shapes',
    },
    corners: { default: true, describe: 'boxes are left, top, right, bottom; else centre x, centre y, width, height' },
    ...sightOptions,
    samples: { ...sightOptions.samples, default: 5000 },
    cells: { ...sightOptions.cells, default: 16 },
  },
  like: {
    original: {
      options: { samples: 5000, cells: 16, keep: 0.5, divide: 'nothing', centre: false },
      note: 'its random numbers are its own',
    },
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  target: ({ outputs, box }, vision) => surenessTarget(detectorOutputs(vision, outputs as string), box as number),
  async run(study, options) {
    const outputs = detectorOutputs(study.vision, options.outputs as string)
    const asked = await study.open({
      name: `fovea/detections of ${JSON.stringify(outputs)}`,
      bare: true,
      write: ({ builder }) =>
        Object.fromEntries(
          Object.entries(outputs).map(([role, name]) => [answerName(role as Role), builder.value(name)]),
        ),
    })
    const read = (answers: Parameters<typeof detectionsOf>[0]) => {
      const found = detectionsOf(answers, outputs)
      return options.corners ? found : found.map(cornered)
    }
    const wanted = chosen(read(await asked.one()), options.box as number)
    const { number, detection } = wanted
    const outcome = await inSight(study, options, {
      asked,
      worth: (answers) => similarity(read(answers), detection),
      whole: similarity([detection], detection),
    })
    const sides = Array.from(detection.box, (side) => Number(side.toPrecision(6))).join(' ')
    const details = { ...outcome.details, detection: number, box: sides }
    return {
      ...outcome,
      box: inPixels(detection, study.vision.format),
      details: detection.label === undefined ? details : { ...details, label: detection.label },
    }
  },
}

/** Where the box lies in the model's input; sides that all lie in 0 … 1 are shares of it. */
function inPixels({ box }: Detection, format: Size): Rect {
  const [left, top, right, bottom] = box as unknown as [number, number, number, number]
  const shares = [left, top, right, bottom].every((side) => side >= 0 && side <= 1)
  const [across, down] = shares ? [format.width, format.height] : [1, 1]
  return { x: left * across, y: top * down, width: (right - left) * across, height: (bottom - top) * down }
}

/** Centre and size as corners. */
function cornered(detection: Detection): Detection {
  const [x, y, width, height] = detection.box as unknown as [number, number, number, number]
  return { ...detection, box: [x - width / 2, y - height / 2, x + width / 2, y + height / 2] }
}

function chosen(found: readonly Detection[], box: number): { number: number; detection: Detection } {
  const sure = found.map(sureness)
  const odd = sure.find((value) => !(value >= 0 && value <= 1 + 1e-5))
  if (odd !== undefined)
    throw new FoveaError(
      'FOVEA_METHOD',
      `D-RISE compares scores between 0 and 1, and the detector answers ${odd}: explain a model that ends in probabilities.`,
    )
  const number = box < 0 ? sure.indexOf(Math.max(...sure)) : box
  const detection = found[number]
  if (detection) return { number, detection }
  throw new FoveaError(
    'FOVEA_IMAGE',
    found.length === 0
      ? 'The detector finds nothing in this picture: there is no box to explain.'
      : `There is no box ${box}: the detector finds ${found.length} in this picture, from 0.`,
  )
}
