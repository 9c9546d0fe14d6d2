/** The contact sheet as SVG: text stays text, pictures are PNG inside. */

import { themes } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { PaintedScale } from '../pictures/messages.ts'
import { dataUrl, escape, figure, percent, stops } from './markup.ts'
import type { Exhibit, ExhibitPanel } from './messages.ts'

const panelWidth = 320
const gap = 24
const footer = 132

type Painted = { readonly image: Image; readonly scale: PaintedScale }

export function sheetSvg(exhibit: Exhibit, photo: Image, painted: (panel: ExhibitPanel) => Painted): string {
  const count = exhibit.panels.length + 1
  const columns = Math.min(4, count)
  const rows = Math.ceil(count / columns)
  const tall = Math.min(400, (panelWidth * photo.height) / photo.width)
  const step = 24 + tall + footer
  const width = gap + columns * (panelWidth + gap)
  const height = 84 + rows * step + 8
  const theme = themes[exhibit.theme]
  const ink = `rgb(${theme.ink.join(' ')})`
  const grey = `rgb(${theme.grey.join(' ')})`
  const text = (x: number, y: number, words: string, style = '') =>
    `<text x="${x}" y="${y}" fill="${ink}" ${style}>${escape(words)}</text>`
  const small = `style="fill:${grey};font-size:12px"`
  const place = (i: number) => [gap + (i % columns) * (panelWidth + gap), 84 + Math.floor(i / columns) * step] as const
  const [left, top] = place(0)
  const parts = [
    text(left, top + 14, 'photograph', 'font-weight="600"'),
    picture(left, top + 24, panelWidth, tall, photo),
    ...exhibit.best.slice(0, 5).flatMap(({ label, probability }, i) => {
      const y = top + tall + 46 + 20 * i
      const bar = `<rect x="${left + 180}" y="${y - 8}" width="${(84 * (probability ?? 0)).toFixed(1)}" height="6" rx="3" fill="${grey}"/>`
      const share = `<text x="${left + panelWidth}" y="${y}" fill="${ink}" text-anchor="end">${percent(probability)}</text>`
      return [text(left, y, cut(label)), bar, share]
    }),
    ...exhibit.panels.flatMap((panel, i) => {
      const [x, y] = place(i + 1)
      const { image, scale } = painted(panel)
      const bar = y + 24 + tall + 10
      const colors = stops(scale).map((color, k) => `<stop offset="${k * 10}%" stop-color="${color}"/>`)
      return [
        text(x, y + 14, panel.title, 'font-weight="600"'),
        picture(x, y + 24, panelWidth, tall, image),
        `<linearGradient id="g${i}">${colors.join('')}</linearGradient>`,
        `<rect x="${x}" y="${bar}" width="${panelWidth}" height="8" rx="4" fill="url(#g${i})"/>`,
        text(x, bar + 22, figure(scale.min), small),
        `<text x="${x + panelWidth}" y="${bar + 22}" text-anchor="end" ${small}>${figure(scale.max)}</text>`,
        ...[...(panel.status ? [panel.status] : []), ...panel.caption].map((line, k) =>
          text(x, bar + 42 + 17 * k, line, small),
        ),
      ]
    }),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.ceil(height)}" viewBox="0 0 ${width} ${Math.ceil(height)}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="rgb(${theme.ground.join(' ')})"/>
${text(gap, 38, exhibit.title, 'font-size="20" font-weight="600"')}
${text(gap, 62, exhibit.subtitle, small)}
${parts.join('\n')}
</svg>
`
}

function picture(x: number, y: number, width: number, height: number, image: Image): string {
  return `<image x="${x}" y="${y}" width="${width}" height="${height.toFixed(1)}" href="${dataUrl(image)}"/>`
}

const cut = (label: string) => (label.length > 26 ? `${label.slice(0, 25)}…` : label)
