/** A model's graph as data for drawing: the nodes that depend on its inputs, who reads whom, shapes, and the backward rule of each. */

import { gradient } from '../../autodiff/index.ts'
import { operatorReports, type VisionModel } from '../../models/index.ts'
import { operatorKey, requiredInputs, usesOf } from '../../onnx/index.ts'
import type { GraphNode } from './messages.ts'

export function graphOf({ model, measured }: VisionModel): GraphNode[] {
  const { graph } = model
  const rules = new Map(operatorReports(graph, gradient).map((report) => [report.operator, report.gradient]))
  const depends = new Set(requiredInputs(graph).map(({ name }) => name))
  const shown = graph.nodes.filter((node) => {
    const follows = usesOf(node).some((name) => depends.has(name))
    if (follows) for (const name of node.outputs) depends.add(name)
    return follows
  })
  const made = new Map(shown.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)))
  return shown.map((node) => ({
    op: node.op,
    name: node.name,
    value: node.outputs[0] ?? '',
    shape: measured.shapes.get(node.outputs[0] ?? '')?.dims ?? [],
    rule: rules.get(operatorKey(node)) ?? 'missing',
    from: [...new Set(usesOf(node).flatMap((name) => made.get(name) ?? []))],
  }))
}
