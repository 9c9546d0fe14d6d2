/** Fixations, densities, the ROC curve and the table of scores as pictures. */

import { canvas, circle, disc, fill, line, overlay, polyline, text, themes } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import type { Point } from './fixations.ts'
import { type RocPoint, rocJudd } from './metrics.ts'
import type { Scored, Scores } from './score.ts'

const theme = themes.light
const width = 480

export function stagesOf(image: Image, map: Plane, fixations: readonly Point[], scored: Scored, name: string): Stage[] {
  const at = (plane: Plane) => overlay(image, plane, { kind: 'positive' })
  const over = fixations.map(({ x, y }) => ({ x: (x * image.width) / map.width, y: (y * image.height) / map.height }))
  const wins = winsOf(scored)
  return [
    { name: 'fixations', caption: `${fixations.length} places where people looked`, picture: dots(image, over) },
    { name: 'density', caption: 'the fixations, blurred', picture: at(scored.density) },
    { name, caption: 'the map that is judged', picture: at(map) },
    { name: 'centre prior', caption: 'the baseline: look at the middle', picture: at(scored.prior) },
    {
      name: 'ROC curve',
      caption: 'black: the map; grey: the centre prior',
      picture: rocPicture(rocJudd(map, fixations), rocJudd(scored.prior, fixations)),
    },
    {
      name: 'scores',
      caption: `better than the centre prior in ${wins.length} of ${rows.length - 1}`,
      picture: table(scored),
    },
  ]
}

interface Row {
  readonly key: keyof Scores
  readonly label: string
}

const rows: readonly Row[] = [
  { key: 'nss', label: 'NSS' },
  { key: 'cc', label: 'CC' },
  { key: 'sim', label: 'SIM' },
  { key: 'kl', label: 'KL (less is better)' },
  { key: 'aucJudd', label: 'AUC-Judd' },
  { key: 'informationGain', label: 'information gain, bit' },
  { key: 'shuffledAuc', label: 'shuffled AUC' },
]

/** The metrics in which the map beats the centre prior; shuffled AUC is left out, for the prior cannot win there. */
export function winsOf({ map, centre }: Scored): (keyof Scores)[] {
  const compared = rows.filter(({ key }) => key !== 'shuffledAuc').map(({ key }) => key)
  return compared.filter((key) => {
    const [a, b] = [map[key] as number, centre[key] as number]
    return key === 'kl' ? a < b : a > b
  })
}

function dots(image: Image, fixations: readonly Point[]): Image {
  const target = { ...image, data: image.data.map((v) => Math.round(v * 0.7)) }
  const unit = Math.max(1, image.width / 320)
  for (const { x, y } of fixations) {
    disc(target, [x, y], 3 * unit, [255, 255, 255])
    circle(target, [x, y], 3.5 * unit, { color: [16, 17, 20], width: unit })
  }
  return target
}

function rocPicture(map: readonly RocPoint[], prior: readonly RocPoint[]): Image {
  const target = canvas(width, 360, theme.surface)
  const [left, top, side] = [96, 24, 288]
  const place = ({ falsePositives, truePositives }: RocPoint) =>
    [left + falsePositives * side, top + (1 - truePositives) * side] as const
  fill(target, { x: left, y: top, width: side, height: side }, theme.ground)
  line(target, [left, top + side], [left + side, top], { color: theme.line, width: 1.5 })
  polyline(target, prior.map(place), { color: theme.weak, width: 3 })
  polyline(target, map.map(place), { color: theme.ink, width: 3 })
  const style = { size: 15, color: theme.grey }
  text(target, left + side / 2, top + side + 26, 'share of all pixels', { ...style, align: 'center' })
  text(target, left - 10, top + 12, '1', { ...style, align: 'right' })
  text(target, left - 10, top + side / 2 + 5, 'fixations', { ...style, align: 'right' })
  text(target, left - 10, top + side, '0', { ...style, align: 'right' })
  text(target, left + side, top + side + 26, '1', { ...style, align: 'right' })
  return target
}

function table(scored: Scored): Image {
  const shown = rows.filter(({ key }) => scored.map[key] !== undefined)
  const wins = winsOf(scored)
  const target = canvas(width, 60 + 38 * shown.length, theme.surface)
  const head = { size: 15, color: theme.grey, align: 'right' } as const
  text(target, 350, 32, 'map', head)
  text(target, width - 16, 32, 'centre prior', head)
  shown.forEach(({ key, label }, i) => {
    const y = 68 + 38 * i
    fill(target, { x: 16, y: y - 25, width: width - 32, height: 1 }, theme.line)
    text(target, 16, y, label, { size: 17, color: theme.ink })
    const weight = wins.includes(key) ? 'semibold' : 'regular'
    text(target, 350, y, figure(scored.map[key] as number), { size: 17, color: theme.ink, weight, align: 'right' })
    text(target, width - 16, y, figure(scored.centre[key] as number), { size: 17, color: theme.grey, align: 'right' })
  })
  return target
}

const figure = (v: number) => v.toFixed(3).replace('-', '−')
