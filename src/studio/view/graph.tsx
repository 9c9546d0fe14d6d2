/** The graph on a canvas: only what is in sight is drawn. */

import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { GraphNode } from '../engine/messages.ts'
import type { Layout } from '../graph/messages.ts'
import { complain, theme } from '../state/page.ts'
import { graphWorker } from '../state/workers.ts'
import { IconButton } from './controls.tsx'
import { type Camera, drawGraph, nodeAt, sizeOfNode } from './graph-drawing.ts'
import { chosenNode, chosenValue } from './layers.tsx'
import { Ring } from './ring.tsx'

export function GraphView({ nodes }: { nodes: readonly GraphNode[] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const layout = useSignal<Layout | null>(null)
  const camera = useSignal<Camera>({ x: 0, y: 0, zoom: 1 })
  const size = useSignal({ width: 0, height: 0 })
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null)

  useEffect(() => {
    const asked = nodes.map((node) => ({ ...sizeOfNode(node), from: node.from }))
    graphWorker.call<Layout>('layout', { nodes: asked }).then((found) => {
      layout.value = found
    }, complain)
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {}
      size.value = { width, height }
    })
    if (canvas.current?.parentElement) observer.observe(canvas.current.parentElement)
    return () => observer.disconnect()
  }, [])

  /** The chosen node is brought into sight, and nothing moves when it is there already. */
  const centre = (index: number, always = false) => {
    const box = layout.peek()?.boxes[index]
    if (!box) return
    const { x, y, zoom } = camera.peek()
    const { width, height } = size.peek()
    const [left, top] = [(box.x - x) * zoom, (box.y - y) * zoom]
    const inside = left > 0 && top > 0 && left + box.width * zoom < width && top + box.height * zoom < height
    if (inside && !always) return
    camera.value = {
      zoom,
      x: box.x + box.width / 2 - width / 2 / zoom,
      y: box.y + box.height / 2 - height / 2 / zoom,
    }
  }
  const chosen = () => nodes.indexOf(chosenNode.value as GraphNode)

  useSignalEffect(() => {
    if (layout.value && size.value.width > 0) centre(chosen(), camera.peek().x === 0)
  })

  useSignalEffect(() => {
    const target = canvas.current
    const found = layout.value
    const { width, height } = size.value
    void theme.value
    if (!target || !found || width === 0) return
    const ratio = devicePixelRatio
    target.width = width * ratio
    target.height = height * ratio
    drawGraph(target, nodes, found, camera.value, chosen(), ratio)
  })

  const zoomBy = (factor: number, at?: { x: number; y: number }) => {
    const { x, y, zoom } = camera.value
    const { width, height } = size.value
    const next = Math.min(2.5, Math.max(0.06, zoom * factor))
    const point = at ?? { x: width / 2, y: height / 2 }
    camera.value = {
      zoom: next,
      x: x + point.x / zoom - point.x / next,
      y: y + point.y / zoom - point.y / next,
    }
  }

  const wheel = (event: WheelEvent) => {
    event.preventDefault()
    const { x, y, zoom } = camera.value
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    if (event.ctrlKey || event.metaKey)
      return zoomBy(Math.exp(-event.deltaY / 200), { x: event.clientX - box.left, y: event.clientY - box.top })
    camera.value = { zoom, x: x + event.deltaX / zoom, y: y + event.deltaY / zoom }
  }
  useEffect(() => {
    const target = canvas.current
    target?.addEventListener('wheel', wheel, { passive: false })
    return () => target?.removeEventListener('wheel', wheel)
  }, [])

  const move = (event: PointerEvent) => {
    if (!drag.current) return
    const [dx, dy] = [event.clientX - drag.current.x, event.clientY - drag.current.y]
    if (!drag.current.moved && Math.hypot(dx, dy) < 4) return
    drag.current = { x: event.clientX, y: event.clientY, moved: true }
    const { x, y, zoom } = camera.value
    camera.value = { zoom, x: x - dx / zoom, y: y - dy / zoom }
  }
  const release = (event: PointerEvent) => {
    const moved = drag.current?.moved
    drag.current = null
    if (moved || !layout.value || !canvas.current) return
    const box = canvas.current.getBoundingClientRect()
    const found = nodeAt(layout.value, camera.value, event.clientX - box.left, event.clientY - box.top)
    const node = found === null ? undefined : nodes[found]
    if (node) chosenValue.value = node.value
  }
  const step = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (event.key === '+' || event.key === '-') zoomBy(event.key === '+' ? 1.25 : 0.8)
    else if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const next = nodes[chosen() + (by ?? 0)]
    if (by !== undefined && next) chosenValue.value = next.value
  }

  return (
    <section class="graph" aria-label="Graph of the model">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Graph of ${nodes.length} nodes; arrow keys go from node to node, + and - zoom. Chosen: ${chosenNode.value?.op} ${chosenNode.value?.value}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.clientX, y: event.clientY, moved: false }
        }}
        onPointerMove={move}
        onPointerUp={release}
        onKeyDown={step}
      />
      {!layout.value && (
        <div class="blank">
          <Ring share={null} says={`laying out ${nodes.length.toLocaleString('en')} nodes`} />
        </div>
      )}
      <div class="graph-tools">
        <IconButton icon="plus" label="Zoom in" onPress={() => zoomBy(1.25)} />
        <IconButton icon="minus" label="Zoom out" onPress={() => zoomBy(0.8)} />
        <IconButton icon="fit" label="Show the chosen node" onPress={() => centre(chosen(), true)} />
      </div>
    </section>
  )
}
