/** The spread of a map's values; the line is the threshold. */

import { useEffect, useRef } from 'preact/hooks'
import type { Explained } from '../engine/messages.ts'
import { figure } from '../state/hover.ts'
import { theme } from '../state/page.ts'
import { statisticsFor } from '../state/paint.ts'
import { reading } from '../state/reading.ts'

export function Histogram({ explained }: { explained: Explained }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const statistics = statisticsFor(explained)
  const { threshold } = reading.value
  const dress = theme.value
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !statistics || !canvas.current) return
    const { counts, from, to } = statistics.histogram
    const style = getComputedStyle(canvas.current)
    const width = canvas.current.clientWidth
    const height = canvas.current.clientHeight
    const ratio = devicePixelRatio
    canvas.current.width = width * ratio
    canvas.current.height = height * ratio
    context.scale(ratio, ratio)
    context.fillStyle = style.color
    const highest = Math.sqrt(counts.reduce((a, b) => Math.max(a, b), 1))
    const step = width / counts.length
    const limit = threshold * Math.max(Math.abs(from), Math.abs(to))
    counts.forEach((count, i) => {
      const value = from + ((i + 0.5) / counts.length) * (to - from)
      context.globalAlpha = Math.abs(value) >= limit ? 1 : 0.3
      const bar = count === 0 ? 0 : Math.max(1, (Math.sqrt(count) / highest) * (height - 2))
      context.fillRect(i * step, height - bar, Math.max(1, step - 1), bar)
    })
    context.globalAlpha = 0.3
    context.fillRect(0, height - 1, width, 1)
  }, [statistics, threshold, dress])
  if (!statistics) return <div class="histogram" />
  const { from, to } = statistics.histogram
  return (
    <figure>
      <canvas
        ref={canvas}
        class="histogram"
        role="img"
        aria-label={`Histogram of the values from ${figure(from)} to ${figure(to)}`}
      />
      <figcaption class="ends-row grey small">
        <span>{figure(from)}</span>
        <span>values, square-root heights</span>
        <span>{figure(to)}</span>
      </figcaption>
    </figure>
  )
}
