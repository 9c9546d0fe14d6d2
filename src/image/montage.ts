/** The contact sheet: one picture that explains itself, panels in rows under a head line. Draws; computes no heatmap. */

import { FoveaError } from '../error/index.ts'
import type { Image, Rect } from '../tensor/index.ts'
import { canvas, fill } from './canvas.ts'
import type { Scale } from './overlay.ts'
import { drawPanel, footerHeight } from './panel.ts'
import { ellipsis, text } from './text.ts'
import { type Theme, type ThemeName, themes } from './theme.ts'

export interface Bar {
  readonly label: string
  /** 0-1, for instance a probability */
  readonly value: number
}

export interface Panel {
  readonly title: string
  readonly image: Image
  /** a dashed frame, in the image's pixels: what the model saw */
  readonly frame?: Rect
  /** draws the colour bar */
  readonly scale?: Scale
  /** a small line chart from left to right, with its first and last value: the loss of an optimisation */
  readonly curve?: { readonly label: string; readonly values: readonly number[] }
  /** small grey lines under the picture: layer, cost, completeness error */
  readonly caption?: readonly string[]
  /** words over the picture: "no positive evidence for 'tripod'" */
  readonly status?: string
}

export interface Sheet {
  /** the head line: file, model, best class with its score */
  readonly title: string
  readonly subtitle?: string
  /** default light */
  readonly theme?: ThemeName
  /** the best classes, drawn under the first panel; at most five are shown */
  readonly bars?: readonly Bar[]
  /** 1 to 200; the first one is the photograph */
  readonly panels: readonly Panel[]
  /** how many side by side; default: at most four, of many at most eight */
  readonly columns?: number
}

const margin = 24
const gap = 24
const titleHeight = 24
export const panelWidth = 320

/** The sheet as a picture: panels 320 pixels wide, in rows. @throws FoveaError FOVEA_USAGE without panels */
export function contactSheet(sheet: Sheet): Image {
  const { panels, bars = [], subtitle = '' } = sheet
  const first = panels[0]
  if (!first || panels.length > 200)
    throw new FoveaError('FOVEA_USAGE', `A contact sheet has 1 to 200 panels, not ${panels.length}.`)
  const theme = themes[sheet.theme ?? 'light']
  const columns = sheet.columns ?? columnsFor(panels.length)
  const rowCount = Math.ceil(panels.length / columns)
  const pictureHeight = pictureHeightFor(first.image)
  const rows = Array.from({ length: rowCount }, (_, r) => panels.slice(r * columns, (r + 1) * columns))
  const heights = rows.map((row, r) => {
    const footers = row.map((panel, i) => footerHeight(panel, r + i === 0 ? bars : []))
    return titleHeight + pictureHeight + Math.max(...footers)
  })
  const head = subtitle === '' ? 60 : 84
  const width = 2 * margin + columns * panelWidth + (columns - 1) * gap
  const height = head + heights.reduce((a, b) => a + b) + (rowCount - 1) * gap + margin
  const target = canvas(width, height, theme.ground)
  drawHead(target, sheet.title, subtitle, theme)
  let y = head
  rows.forEach((row, r) => {
    row.forEach((panel, i) => {
      const x = margin + i * (panelWidth + gap)
      const box = { x, y: y + titleHeight, width: panelWidth, height: pictureHeight }
      text(target, x, y + 12, ellipsis(panel.title, panelWidth, titleStyle), { ...titleStyle, color: theme.ink })
      drawPanel(target, panel, box, r + i === 0 ? bars : [], theme)
    })
    y += (heights[r] as number) + gap
  })
  return target
}

/** At most four a row; from thirteen panels on as many as make the sheet about as wide as high, at most eight. */
function columnsFor(panels: number): number {
  const most = panels <= 12 ? 4 : Math.min(8, Math.ceil(Math.sqrt(1.2 * panels)))
  return Math.ceil(panels / Math.ceil(panels / most))
}

const titleStyle = { size: 13, weight: 'semibold' } as const

/** All panels are as high as the photograph at panel width, within bounds: panoramas stay wide, towers shrink. */
function pictureHeightFor({ width, height }: Image): number {
  return Math.min(400, Math.max(96, Math.round((panelWidth * height) / width)))
}

function drawHead(target: Image, title: string, subtitle: string, theme: Theme): void {
  const width = target.width - 2 * margin
  const head = { size: 20, weight: 'semibold' } as const
  text(target, margin, 38, ellipsis(title, width, head), { ...head, color: theme.ink })
  if (subtitle !== '')
    text(target, margin, 60, ellipsis(subtitle, width, { size: 13 }), { size: 13, color: theme.grey })
  fill(target, { x: margin, y: subtitle === '' ? 48 : 72, width, height: 1 }, theme.line)
}
