/** A grid of thousands of small pictures: only the rows in sight are drawn, from one bitmap that holds all tiles. */

import { useEffect, useRef } from 'preact/hooks'
import type { Tiles } from '../pictures/tiles.ts'

const gap = 4

export function TileGrid(props: { tiles: Tiles; chosen: number; onChoose: (channel: number) => void }) {
  const { tiles, chosen, onChoose } = props
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { order, columns, width, height, bitmap } = tiles
  const geometry = () => {
    const room = box.current?.clientWidth ?? 0
    const across = Math.max(3, Math.floor((room + gap) / (64 + gap)))
    const side = (room - gap * (across - 1)) / across
    const tall = Math.max(12, side * Math.min(2, height / width))
    return { across, side, tall, rows: Math.ceil(order.length / across) }
  }
  const draw = () => {
    const [target, scroller] = [canvas.current, box.current]
    const context = target?.getContext('2d')
    if (!target || !scroller || !context) return
    const { across, side, tall, rows } = geometry()
    const ratio = devicePixelRatio
    target.width = scroller.clientWidth * ratio
    target.height = scroller.clientHeight * ratio
    const spacer = scroller.firstElementChild as HTMLElement
    spacer.style.height = `${rows * (tall + gap)}px`
    context.scale(ratio, ratio)
    context.imageSmoothingEnabled = false
    const first = Math.floor(scroller.scrollTop / (tall + gap))
    const last = Math.min(rows - 1, Math.ceil((scroller.scrollTop + scroller.clientHeight) / (tall + gap)))
    for (let place = first * across; place < Math.min(order.length, (last + 1) * across); place++) {
      const x = (place % across) * (side + gap)
      const y = Math.floor(place / across) * (tall + gap) - scroller.scrollTop
      const left = (place % columns) * width
      const top = Math.floor(place / columns) * height
      context.drawImage(bitmap, left, top, width, height, x, y, side, tall)
      if (order[place]?.channel !== chosen) continue
      context.strokeStyle = getComputedStyle(target).color
      context.lineWidth = 3
      context.strokeRect(x + 1.5, y + 1.5, side - 3, tall - 3)
    }
  }
  useEffect(() => {
    draw()
    const observer = new ResizeObserver(draw)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [tiles, chosen])
  const choose = (event: MouseEvent) => {
    const target = canvas.current?.getBoundingClientRect()
    if (!target || !box.current) return
    const { across, side, tall } = geometry()
    const column = Math.floor((event.clientX - target.left) / (side + gap))
    const row = Math.floor((event.clientY - target.top + box.current.scrollTop) / (tall + gap))
    const found = order[row * across + Math.min(across - 1, column)]
    if (found) onChoose(found.channel)
  }
  const step = (event: KeyboardEvent) => {
    const { across } = geometry()
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const place = order.findIndex(({ channel }) => channel === chosen) + by
    const next = order[place]
    if (next) onChoose(next.channel)
  }
  return (
    <div
      class="tiles"
      tabIndex={0}
      role="application"
      aria-label={`Channels; chosen: ${chosen}. Arrow keys choose.`}
      onKeyDown={step}
    >
      <canvas ref={canvas} />
      <div class="tiles-scroll" ref={box} onScroll={draw} onClick={choose}>
        <div />
      </div>
    </div>
  )
}
