/** Lays a graph out with Dagre, away from the page: thousands of nodes take seconds. */

import { Graph, layout } from '@dagrejs/dagre'
import { answer } from '../rpc.ts'
import type { Layout, LayoutRequest } from './messages.ts'

answer({
  async layout({ nodes }: LayoutRequest) {
    const graph = new Graph({ multigraph: false, compound: false })
    const many = nodes.length > 600
    graph.setGraph({
      rankdir: 'TB',
      nodesep: 18,
      ranksep: 28,
      marginx: 16,
      marginy: 16,
      ...(many ? { ranker: 'longest-path' } : {}),
    })
    graph.setDefaultEdgeLabel(() => ({}))
    nodes.forEach(({ width, height }, i) => graph.setNode(String(i), { width, height }))
    nodes.forEach(({ from }, i) => {
      for (const source of from) graph.setEdge(String(source), String(i))
    })
    layout(graph)
    const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
    const value: Layout = {
      width,
      height,
      boxes: nodes.map(({ width: w, height: h }, i) => {
        const { x, y } = graph.node(String(i)) as { x: number; y: number }
        return { x: x - w / 2, y: y - h / 2, width: w, height: h }
      }),
      edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
        from: Number(edge.v),
        to: Number(edge.w),
        points: (graph.edge(edge) as { points: readonly { x: number; y: number }[] }).points.map(
          ({ x, y }) => [x, y] as const,
        ),
      })),
    }
    return { value }
  },
})
