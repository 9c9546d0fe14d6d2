/**
 * Layout of a model's graph. Dagre takes seconds for a thousand nodes and overflows its stack at a few thousand; but networks are
 * chains of blocks, so the graph is cut where few values cross, each piece is laid out by Dagre, and the pieces are stacked.
 */

import { layout as dagre, Graph } from '@dagrejs/dagre'
import type { Box, Layout, LayoutRequest } from './messages.ts'

type Nodes = LayoutRequest['nodes']
type Edge = Layout['edges'][number]

const enough = 40
const most = 160
const gap = 28
const margin = 16

/** @param nodes in an order in which each comes after those that it reads */
export function layOut(nodes: Nodes): Layout {
  const boxes: Box[] = []
  const edges: Edge[] = []
  let top = margin
  for (const [start, end] of pieces(nodes)) {
    const piece = layOutPiece(nodes, start, end)
    const shift = alignment(nodes, start, end, piece.boxes, boxes)
    const move = ({ x, y, width, height }: Box): Box => ({ x: x + shift, y: y + top, width, height })
    boxes.push(...piece.boxes.map(move))
    for (const { from, to, points } of piece.edges)
      edges.push({
        from: from + start,
        to: to + start,
        points: points.map(([x, y]) => [x + shift, y + top] as const),
      })
    for (let to = start; to < end; to++)
      for (const from of nodes[to]?.from ?? [])
        if (from < start) edges.push({ from, to, points: between(boxes[from] as Box, boxes[to] as Box) })
    top += piece.height + gap
  }
  const left = boxes.reduce((least, { x }) => Math.min(least, x), 0) - margin
  const right = boxes.reduce((largest, { x, width }) => Math.max(largest, x + width), 0)
  return {
    width: right - left + margin,
    height: top,
    boxes: boxes.map((box) => ({ ...box, x: box.x - left })),
    edges: edges.map((edge) => ({ ...edge, points: edge.points.map(([x, y]) => [x - left, y] as const) })),
  }
}

/** Ranges of nodes: cut at the first place behind `enough` nodes that only one value crosses, or where the fewest do. */
function pieces(nodes: Nodes): (readonly [number, number])[] {
  const last = nodes.map((_, i) => i)
  nodes.forEach(({ from }, i) => {
    for (const source of from) last[source] = i
  })
  const found: (readonly [number, number])[] = []
  for (let start = 0; start < nodes.length; ) {
    let best = Math.min(nodes.length, start + most)
    let fewest = Number.POSITIVE_INFINITY
    for (let end = start + enough; end <= Math.min(nodes.length, start + most) && fewest > 1; end++) {
      if (end === nodes.length) {
        best = end
        break
      }
      let crossing = 0
      for (let i = start; i < end; i++) if ((last[i] as number) >= end) crossing++
      if (crossing < fewest) {
        fewest = crossing
        best = end
      }
    }
    found.push([start, best])
    start = best
  }
  return found
}

function layOutPiece(nodes: Nodes, start: number, end: number): { height: number; boxes: Box[]; edges: Edge[] } {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: gap })
  graph.setDefaultEdgeLabel(() => ({}))
  const own = nodes.slice(start, end)
  own.forEach(({ width, height }, i) => graph.setNode(String(i), { width, height }))
  own.forEach(({ from }, i) => {
    for (const source of from) if (source >= start) graph.setEdge(String(source - start), String(i))
  })
  dagre(graph)
  return {
    height: (graph.graph() as { height?: number }).height ?? 0,
    boxes: own.map(({ width, height }, i) => {
      const { x, y } = graph.node(String(i)) as { x: number; y: number }
      return { x: x - width / 2, y: y - height / 2, width, height }
    }),
    edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
      from: Number(edge.v),
      to: Number(edge.w),
      points: (graph.edge(edge) as { points: readonly { x: number; y: number }[] }).points.map(
        ({ x, y }) => [x, y] as const,
      ),
    })),
  }
}

/** How far a piece moves sideways, so that what crosses into it goes straight down. */
function alignment(nodes: Nodes, start: number, end: number, own: readonly Box[], placed: readonly Box[]): number {
  let [sum, count] = [0, 0]
  for (let to = start; to < end; to++)
    for (const from of nodes[to]?.from ?? []) {
      if (from >= start) continue
      sum += middle(placed[from] as Box) - middle(own[to - start] as Box)
      count++
    }
  return count === 0 ? 0 : sum / count
}

const middle = ({ x, width }: Box) => x + width / 2

function between(from: Box, to: Box): Edge['points'] {
  const [x0, y0, x1, y1] = [middle(from), from.y + from.height, middle(to), to.y]
  return [
    [x0, y0],
    [x0, y0 + gap / 2],
    [x1, y1 - gap / 2],
    [x1, y1],
  ]
}
