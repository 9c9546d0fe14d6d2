/** Drawing a laid-out graph: nodes as cards with operator and shape, edges as smooth lines; small ones without words. */

import type { GraphNode } from '../engine/messages.ts'
import type { Layout } from '../graph/messages.ts'

export interface Camera {
  /** The corner of the view in the graph's units. */
  readonly x: number
  readonly y: number
  readonly zoom: number
}

const font = '500 12px system-ui, sans-serif'
const small = '11px system-ui, sans-serif'

export const shapeText = ({ shape }: GraphNode) => shape.slice(shape[0] === 1 ? 1 : 0).join(' × ')

/** Sizes are by length of text: the worker that lays out has no fonts. */
export function sizeOfNode(node: GraphNode): { width: number; height: number } {
  const letters = Math.max(node.op.length * 7.2, shapeText(node).length * 6.2)
  return { width: Math.round(Math.max(72, letters + 28)), height: 38 }
}

export function nodeAt({ boxes }: Layout, { x, y, zoom }: Camera, left: number, top: number): number | null {
  const [px, py] = [x + left / zoom, y + top / zoom]
  const found = boxes.findIndex(
    (box) => px >= box.x && py >= box.y && px < box.x + box.width && py < box.y + box.height,
  )
  return found < 0 ? null : found
}

export function drawGraph(
  canvas: HTMLCanvasElement,
  nodes: readonly GraphNode[],
  layout: Layout,
  camera: Camera,
  chosen: number,
  ratio: number,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const ink = inks(canvas)
  const { x, y, zoom } = camera
  const right = x + canvas.width / ratio / zoom
  const bottom = y + canvas.height / ratio / zoom
  context.setTransform(ratio * zoom, 0, 0, ratio * zoom, -x * zoom * ratio, -y * zoom * ratio)
  context.lineWidth = Math.max(1, 0.6 / zoom)
  for (const { from, to, points } of layout.edges) {
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last || last[1] < y || first[1] > bottom) continue
    context.strokeStyle = from === chosen || to === chosen ? ink.accent : ink.edge
    drawEdge(context, points)
  }
  layout.boxes.forEach((box, i) => {
    if (box.y + box.height < y || box.y > bottom || box.x + box.width < x || box.x > right) return
    const node = nodes[i] as GraphNode
    context.beginPath()
    context.roundRect(box.x, box.y, box.width, box.height, 6)
    // Too small for words, a node must still be seen.
    context.fillStyle = i === chosen ? ink.chosen : zoom < 0.4 ? ink.line : ink.card
    context.fill()
    context.setLineDash(node.rule === 'none by nature' ? [3, 3] : [])
    context.strokeStyle = node.rule === 'missing' ? ink.error : i === chosen ? ink.accent : ink.line
    context.stroke()
    context.setLineDash([])
    if (zoom < 0.4) return
    context.textBaseline = 'middle'
    context.font = font
    context.fillStyle = node.rule === 'missing' ? ink.error : ink.text
    context.fillText(node.op, box.x + 12, box.y + 13)
    context.font = small
    context.fillStyle = ink.grey
    context.fillText(shapeText(node), box.x + 12, box.y + 27)
  })
}

function drawEdge(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath()
  points.forEach(([px, py], i) => {
    const next = points[i + 1]
    if (i === 0) context.moveTo(px, py)
    else if (next && i < points.length - 1) context.quadraticCurveTo(px, py, (px + next[0]) / 2, (py + next[1]) / 2)
    else context.lineTo(px, py)
  })
  context.stroke()
}

/** The page's colours as the canvas takes them: resolved, not as variables. */
function inks(canvas: HTMLCanvasElement) {
  const probe = canvas.ownerDocument.documentElement.appendChild(canvas.ownerDocument.createElement('i'))
  const color = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const found = {
    text: color('ink'),
    grey: color('grey'),
    line: color('line'),
    edge: color('weak'),
    card: color('ground'),
    chosen: color('accent-soft'),
    accent: color('accent'),
    error: color('error'),
  }
  probe.remove()
  return found
}
