/** Thousands of nodes are laid out in seconds, without overlaps, everything below what it reads. */

import { expect, test } from 'vitest'
import { layOut } from '../../src/studio/graph/layout.ts'

/** A chain of blocks of eight nodes, each with a way around it, and two ways over many blocks, as in a U-shaped network. */
function network(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    width: 80 + (i % 5) * 12,
    height: 38,
    from: [
      ...(i > 0 ? [i - 1] : []),
      ...(i > 8 && i % 8 === 0 ? [i - 8] : []),
      ...(i === count - 20 ? [30] : []),
      ...(i === count - 40 ? [60] : []),
    ],
  }))
}

test.each([1, 7, 300, 5000])('%i nodes', (count) => {
  const nodes = network(count).map((node) => ({ ...node, from: node.from.filter((i) => i >= 0 && i < count) }))
  const began = performance.now()
  const { boxes, edges, width, height } = layOut(nodes)
  // Seen: 8 s for 5000 on two cores with the work of eleven; Dagre alone takes 6 s for 1000 and fails at 3000.
  expect(performance.now() - began).toBeLessThan(30_000)
  expect(boxes.length).toBe(count)
  expect(edges.length).toBe(nodes.reduce((sum, { from }) => sum + from.length, 0))
  for (const { from, to, points } of edges) {
    const [a, b] = [boxes[from], boxes[to]]
    if (!a || !b) throw new Error('an edge without ends')
    expect(b.y).toBeGreaterThanOrEqual(a.y + a.height)
    expect(points[0]?.[1]).toBeCloseTo(a.y + a.height, 0)
    expect(points.at(-1)?.[1]).toBeCloseTo(b.y, 0)
  }
  const byHeight = boxes.toSorted((a, b) => a.y - b.y)
  byHeight.forEach((a, i) => {
    expect(a.x).toBeGreaterThanOrEqual(0)
    expect(a.x + a.width).toBeLessThanOrEqual(width)
    expect(a.y + a.height).toBeLessThanOrEqual(height)
    for (let j = i + 1; j < boxes.length && (byHeight[j]?.y ?? 0) < a.y + a.height; j++) {
      const b = byHeight[j] as typeof a
      expect(a.x + a.width <= b.x || b.x + b.width <= a.x).toBe(true)
    }
  })
})
