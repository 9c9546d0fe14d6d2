/** The files of a take-away, made in the worker that has the photographs. */

import { zipSync } from 'fflate'
import { contactSheet, encodePng, project } from '../../image/index.ts'
import { encodeNpy, float32, type Image } from '../../tensor/index.ts'
import type { PaintedScale, PaintRequest } from '../pictures/messages.ts'
import type { Exhibit, ExhibitPanel, FileRequest } from './messages.ts'
import { reportOf } from './report.ts'
import { sheetSvg } from './svg.ts'

export type Photo = (id: string) => Image
export type Paint = (request: PaintRequest) => { image: Image; scale: PaintedScale }

/** Pictures on sheets and in reports are this wide, at least as wide as the photograph. */
const sheetWidth = 640

export function fileOf({ kind, panel, exhibit }: FileRequest, photo: Photo, paint: Paint): Uint8Array<ArrayBuffer> {
  const one = exhibit.panels[panel] as ExhibitPanel
  const original = photo(exhibit.image)
  const painted = (each: ExhibitPanel, width: number) => paint({ ...each.paint, width })
  switch (kind) {
    case 'png':
      return own(encodePng(painted(one, Math.max(sheetWidth, original.width)).image, { text: textOf([one]) }))
    case 'sheet':
      return own(encodePng(sheet(exhibit, original, painted), { text: textOf(exhibit.panels) }))
    case 'svg':
      return utf8(sheetSvg(exhibit, original, (each) => painted(each, sheetWidth)))
    case 'npy':
      return own(npyOf(one, original))
    case 'npz':
      return own(zipSync(arraysOf(exhibit, original), { level: 6 }))
    case 'report':
      return utf8(reportOf(exhibit, original, (each) => painted(each, sheetWidth)))
  }
}

/** As the command line writes it: in the photograph's pixels, NaN where the model did not look. */
function npyOf({ paint }: ExhibitPanel, { width, height }: Image): Uint8Array {
  const { data } = project(paint.raw, paint.seen, width, height, { filter: 'bilinear' })
  return encodeNpy(float32([height, width], data))
}

function arraysOf(exhibit: Exhibit, original: Image): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (const [i, panel] of exhibit.panels.entries()) {
    const name = `${i + 1}-${panel.certificate.method}`
    const { width, height, data } = panel.paint.raw
    files[`${name}.npy`] = npyOf(panel, original)
    files[`${name}.raw.npy`] = encodeNpy(float32([height, width], data))
  }
  return files
}

function sheet(
  exhibit: Exhibit,
  image: Image,
  painted: (panel: ExhibitPanel, width: number) => ReturnType<Paint>,
): Image {
  const { title, subtitle, theme, best, panels } = exhibit
  const size = `${image.width} × ${image.height} px`
  return contactSheet({
    title,
    subtitle,
    theme,
    bars: best.flatMap(({ label, probability }) => (probability === null ? [] : [{ label, value: probability }])),
    panels: [
      { title: 'photograph', image, frame: panels[0]?.paint.seen, caption: [size] },
      ...panels.slice(0, 11).map((panel) => {
        const { image: picture, scale } = painted(panel, Math.max(320, image.width))
        const { zero, ...rest } = scale
        return {
          title: panel.title,
          image: picture,
          scale: zero === null ? rest : { ...rest, zero },
          caption: panel.caption,
          ...(panel.status ? { status: panel.status } : {}),
        }
      }),
    ],
  })
}

const textOf = (panels: readonly ExhibitPanel[]) => ({
  Software: 'Fovea',
  Description: JSON.stringify(panels.map(({ certificate }) => certificate)),
})

const own = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>
const utf8 = (text: string) => new TextEncoder().encode(text)
