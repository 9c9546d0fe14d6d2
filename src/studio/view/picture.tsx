/** A picture that answers to the pointer: all pictures of the photograph share one cross, and each says its value there. */

import { useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { Explained } from '../engine/messages.ts'
import { figure, place, rankOf, valueAt } from '../state/hover.ts'
import type { Picture } from '../state/images.ts'
import { statisticsFor } from '../state/paint.ts'

export function Frame(props: {
  label: string
  picture: Picture
  explained: Explained | null
  children: ComponentChildren
  stale?: boolean
  onOpen?: () => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const cross = useRef<HTMLDivElement>(null)
  const says = useRef<HTMLSpanElement>(null)
  const latest = useRef(props)
  latest.current = props
  const { width, height } = props.picture.image
  useSignalEffect(() => {
    const at = place.value
    const { explained } = latest.current
    if (!cross.current || !says.current || !frame.current) return
    cross.current.hidden = at === null
    says.current.textContent = at && explained ? readOut(explained, at) : ''
    if (!at) return
    const x = ((at.x + 0.5) / width) * frame.current.clientWidth
    const y = ((at.y + 0.5) / height) * frame.current.clientHeight
    cross.current.style.transform = `translate(${x}px, ${y}px)`
  })
  const point = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect()
    if (!box) return
    const x = Math.floor(((event.clientX - box.left) / box.width) * width)
    const y = Math.floor(((event.clientY - box.top) / box.height) * height)
    place.value = x >= 0 && y >= 0 && x < width && y < height ? { x, y } : null
  }
  const step = (event: KeyboardEvent) => {
    const by = event.shiftKey ? 10 : 1
    const [dx, dy] = moves[event.key] ?? [0, 0]
    if (event.key === 'Enter') props.onOpen?.()
    if (dx === 0 && dy === 0) return
    event.preventDefault()
    event.stopPropagation()
    const from = place.value ?? { x: width >> 1, y: height >> 1 }
    place.value = {
      x: Math.min(width - 1, Math.max(0, from.x + dx * by)),
      y: Math.min(height - 1, Math.max(0, from.y + dy * by)),
    }
  }
  return (
    <div
      class={`picture ${props.stale ? 'stale' : ''}`}
      tabIndex={0}
      role="application"
      aria-label={`${props.label}. Arrow keys move the place that is read out.`}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => (place.value = null)}
      onBlur={() => (place.value = null)}
      onKeyDown={step}
      onDblClick={props.onOpen}
    >
      <div class="frame" ref={frame}>
        {props.children}
        <div class="cross" ref={cross} hidden />
      </div>
      <span class="reading" ref={says} aria-live="off" />
    </div>
  )
}

const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function readOut(explained: Explained, at: { x: number; y: number }): string {
  const value = valueAt(explained, at)
  if (Number.isNaN(value)) return 'not seen'
  const statistics = statisticsFor(explained)
  if (!statistics) return figure(value)
  return `${figure(value)} · top ${Math.max(1, Math.ceil(100 * rankOf(value, statistics)))} %`
}
