/** docs/pictures/perturbation.png: what the model sees of each photograph, and over it what each method shows. */

import { writeFileSync } from 'node:fs'
import { type Explanation, findMethod, overlayOf } from 'fovea/explain'
import { contactSheet, encodePng, type Panel, panelWidth } from 'fovea/image'
import { picture, prepare } from 'fovea/models'
import type { Image } from 'fovea/tensor'
import { images, judges, type Line, vision } from './subject.ts'

export interface Shown {
  readonly found: readonly Explanation[]
  readonly line: Line
}

const areas = ({ insertion, deletion }: Line, i: number) =>
  `insertion ${insertion[i]?.toFixed(2)} · deletion ${deletion[i]?.toFixed(2)}`

/** Photograph by photograph, two rows each, so that the methods lie side by side. */
export function drawSheet(shown: readonly Shown[]): void {
  const panels = images.flatMap((image, i): Panel[] => {
    const { format, labels } = vision
    const seen = picture(prepare(image, format).tensor, format)
    const label = judges[i]?.class ?? 0
    return [
      { title: `What the model sees: ${labels?.[label] ?? label}`, image: seen, caption: [] },
      ...shown.map(({ found, line }) => panelOf(seen, found[i] as Explanation, line, i)),
    ]
  })
  const sheet = contactSheet({
    title: 'What perturbation and masks show',
    subtitle: 'The embedded model’s top class of each photograph; insertion: high is good, deletion: low is good.',
    columns: Math.ceil((shown.length + 1) / 2),
    panels,
  })
  writeFileSync('docs/pictures/perturbation.png', encodePng(sheet, { level: 9 }))
}

function panelOf(seen: Image, explanation: Explanation, line: Line, i: number): Panel {
  const { box: _, ...rest } = explanation.certificate
  const whole = { x: 0, y: 0, width: seen.width, height: seen.height }
  return {
    title: findMethod(rest.method).title,
    image: overlayOf(seen, { ...explanation, certificate: { ...rest, seen: whole } }, { width: panelWidth }),
    caption: [areas(line, i)],
  }
}
