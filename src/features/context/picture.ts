/** Labels in context as pictures: how often pairs were seen together, what that says, and how the scores moved. */

import { canvas, colormap, colorOf, ellipsis, fill, hex, text, themes } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import type { CoOccurrence, Pmi } from './co-occurrence.ts'
import { pmiOf } from './co-occurrence.ts'
import type { Rescored } from './rescore.ts'

const theme = themes.light
const width = 480

export function stagesOf(image: Image, counts: CoOccurrence, table: Pmi, detections: readonly Rescored[]): Stage[] {
  const labels = [...new Set(detections.map(({ label }) => label))]
  const count = (a: string, b: string) => {
    const [i, j] = [counts.labels.indexOf(a), counts.labels.indexOf(b)]
    return i < 0 || j < 0 ? 0 : (counts.pair[i * counts.labels.length + j] as number)
  }
  const most = Math.max(1, ...labels.flatMap((a) => labels.map((b) => count(a, b))))
  const strongest = Math.max(
    1e-9,
    ...labels.flatMap((a) => labels.map((b) => (a === b ? 0 : Math.abs(pmiOf(table, a, b))))),
  )
  return [
    { name: 'photograph', caption: 'its detections are given as words', picture: image },
    {
      name: 'counts',
      caption: `scenes with both labels, of ${counts.scenes}`,
      picture: matrix(labels, (a, b) => ({ words: `${count(a, b)}`, share: count(a, b) / most, colors: 'viridis' })),
    },
    {
      name: 'mutual information',
      caption: 'red: seen together; blue: apart (nats)',
      picture: matrix(labels, (a, b) => {
        if (a === b) return { words: '', share: 0.5, colors: 'RdBu' }
        const value = pmiOf(table, a, b)
        return { words: value.toFixed(1).replace('-', '−'), share: 0.5 + value / (2 * strongest), colors: 'RdBu' }
      }),
    },
    { name: 'scores', caption: 'grey: before; black: in context', picture: bars(detections) },
  ]
}

interface Cell {
  readonly words: string
  readonly share: number
  readonly colors: 'viridis' | 'RdBu'
}

function matrix(labels: readonly string[], cell: (row: string, column: string) => Cell): Image {
  const left = 112
  const size = (width - left - 12) / labels.length
  const target = canvas(width, Math.round(36 + size * labels.length + 12), theme.surface)
  const style = { size: Math.min(15, Math.max(9, size * 0.28)), color: theme.ink }
  labels.forEach((row, r) => {
    const top = 36 + Math.round(r * size)
    text(target, left - 10, top + size / 2 + 5, ellipsis(row, left - 14, style), { ...style, align: 'right' })
    labels.forEach((column, c) => {
      const x = left + Math.round(c * size)
      if (r === 0) text(target, x + size / 2, 24, ellipsis(column, size - 4, style), { ...style, align: 'center' })
      const { words, share, colors } = cell(row, column)
      const color = colorOf(colormap(colors), share, 0, 1)
      fill(target, { x, y: top, width: Math.round(size) - 2, height: Math.round(size) - 2 }, color)
      const dark = 0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2] > 130
      text(target, x + size / 2, top + size / 2 + 5, words, {
        ...style,
        color: dark ? hex('#16181d') : hex('#ffffff'),
        align: 'center',
      })
    })
  })
  return target
}

function bars(detections: readonly Rescored[]): Image {
  const row = 40
  const left = 112
  const length = width - left - 120
  const target = canvas(width, 12 + row * detections.length + 12, theme.surface)
  const style = { size: 15, color: theme.ink }
  detections.forEach(({ label, score, rescored }, i) => {
    const y = 12 + i * row
    text(target, left - 10, y + 24, ellipsis(label, left - 14, style), { ...style, align: 'right' })
    fill(target, { x: left, y: y + 8, width: Math.round(length * score), height: 10 }, theme.weak)
    fill(target, { x: left, y: y + 20, width: Math.max(1, Math.round(length * rescored)), height: 10 }, theme.strong)
    const move = `${percent(score)} → ${percent(rescored)}`
    text(target, width - 10, y + 24, move, { ...style, size: 14, align: 'right' })
  })
  return target
}

const percent = (v: number) => `${Math.round(100 * v)} %`
