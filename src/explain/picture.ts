/** Explanations as pictures: the overlay of one, and the sheet that shows a photograph with all of its. */

import {
  type Bar,
  contactSheet,
  isFine,
  overlay,
  type Panel,
  panelWidth,
  scaleOf,
  type ThemeName,
  tick,
} from '../image/index.ts'
import { type Prediction, predictions, type VisionModel } from '../models/index.ts'
import type { Image } from '../tensor/index.ts'
import { findMethod } from './catalogue.ts'
import { type Certificate, statusInWords } from './certificate.ts'
import type { Explanation } from './explainer.ts'
import type { Display } from './method.ts'

/** Fine gradients: the colours end below the few largest values. */
const clipped = '99.5 % clip'

export interface PictureOptions {
  readonly theme?: ThemeName
  /** Show the map's own cells instead of blending between them. */
  readonly cells?: boolean
}

/** The photograph with the heatmap over it, `width` pixels wide (default: the photograph's). */
export function overlayOf(
  image: Image,
  explanation: Explanation,
  options: PictureOptions & { readonly width?: number } = {},
): Image {
  const { certificate } = explanation
  const plane = certificate.status === 'not-finite' ? blank(explanation) : explanation.raw
  return overlay(image, plane, {
    kind: displayOf(certificate),
    rect: certificate.seen,
    ...(certificate.box ? { box: certificate.box } : {}),
    cells: options.cells,
    width: options.width,
  })
}

/** The range that the colours of an explanation stand for, in words: '0 to 0.0132 (99.5 % clip), standard error 0.001'. */
export function rangeInWords({ raw, certificate }: Explanation): string {
  if (certificate.status === 'not-finite') return 'not finite'
  const kind = displayOf(certificate)
  const { min, max } = scaleOf(raw, { kind })
  return `${tick(min)} to ${tick(max)}${isFine(kind) ? ` (${clipped})` : ''}${errorInWords(certificate)}`
}

const errorInWords = ({ standardError }: Certificate) =>
  standardError === null ? '' : `, standard error ${tick(standardError)}`

/** Everything about one photograph on one sheet: what the model says, and a panel for each explanation. */
export function sheetOf(
  name: string,
  image: Image,
  vision: VisionModel,
  explanations: readonly Explanation[],
  options: PictureOptions = {},
): Image {
  const first = explanations[0] as Explanation
  const best = predictions(vision, first.scores)
  const { certificate } = first
  return contactSheet({
    title: `${name} — ${vision.name} — ${headline(best[0])}`,
    subtitle: subtitle(certificate),
    theme: options.theme,
    bars: best.flatMap(({ label, probability }): Bar[] =>
      probability === null ? [] : [{ label, value: probability }],
    ),
    panels: [
      {
        title: 'photograph',
        image,
        frame: certificate.seen,
        caption: [photoCaption(image, certificate)],
      },
      ...explanations.map((explanation) => panelOf(image, explanation, options)),
    ],
  })
}

function panelOf(image: Image, explanation: Explanation, options: PictureOptions): Panel {
  const { certificate, raw, curve } = explanation
  const kind = displayOf(certificate)
  // Cells finer than the panel's pixels are averaged, not skipped: drawn larger, then shrunk.
  const across = (raw.width * image.width) / certificate.seen.width
  const finite = certificate.status !== 'not-finite'
  const status =
    certificate.status === 'ok' ? undefined : `${statusInWords[certificate.status]} for ${nameOf(certificate)}`
  return {
    title: findMethod(certificate.method).title,
    image: overlayOf(image, explanation, { ...options, width: across > panelWidth ? 2 * panelWidth : panelWidth }),
    scale: finite ? scaleOf(raw, { kind }) : undefined,
    curve: curve && curve.length > 1 ? { label: `loss, ${curve.length} steps`, values: curve } : undefined,
    caption: captionOf(certificate, kind),
    status,
  }
}

function photoCaption({ width, height }: Image, { seen }: Certificate): string {
  const whole = seen.x <= 0 && seen.y <= 0 && seen.x + seen.width >= width && seen.y + seen.height >= height
  return `${width} × ${height} px · the model sees ${whole ? 'all of it' : 'the dashed frame'}`
}

function captionOf(certificate: Certificate, kind: Display): string[] {
  const { layer, input, method, options, objective } = certificate
  const [height, width] = layer?.size ?? input
  const { options: defaults, classFree } = findMethod(method)
  const changed = Object.entries(options).filter(([key, value]) => value !== defaults[key]?.default)
  return [
    `${layer ? `layer ${layer.name}` : 'at the image'} · ${height} × ${width}${isFine(kind) ? ` · ${clipped}` : ''}${errorInWords(certificate).replace(',', ' ·')}`,
    [classFree ? 'whatever the class' : objective, ...changed.map((entry) => entry.join(' '))].join(' · '),
  ]
}

function subtitle({ objective, label, score, preset, model, engine }: Certificate): string {
  const what = label ? `${objective} (${label})` : objective
  return `explains ${what} = ${score.toFixed(2)} · preset ${preset.name} · model ${model.sha256.slice(0, 8)} · ${engine}`
}

export function headline(best: Prediction | undefined): string {
  if (!best) return 'no scores'
  return best.probability === null
    ? `${best.label} ${best.score.toPrecision(4)}`
    : `${best.label} ${(100 * best.probability).toFixed(1)} %`
}

const nameOf = ({ label, class: index, objective }: Certificate) =>
  `'${label ?? (index === null ? objective : `class ${index}`)}'`

const displayOf = ({ method, options }: Certificate) => findMethod(method).display(options)

function blank({ raw }: Explanation) {
  return { ...raw, data: new Float32Array(raw.data.length) }
}
