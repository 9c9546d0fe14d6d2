/** A model's graph as data for drawing: nodes without constants, who reads whom, shapes, and the backward rule of each. */

import { gradient } from '../../autodiff/index.ts'
import { operatorReports, type VisionModel } from '../../models/index.ts'
import { operatorKey, usesOf } from '../../onnx/index.ts'
import type { GraphNode } from './messages.ts'

export function graphOf({ model, measured }: VisionModel): GraphNode[] {
  const { graph } = model
  const rules = new Map(operatorReports(graph, gradient).map((report) => [report.operator, report.gradient]))
  const made = new Map(graph.nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)))
  return graph.nodes.map((node) => ({
    op: node.op,
    name: node.name,
    value: node.outputs[0] ?? '',
    shape: measured.shapes.get(node.outputs[0] ?? '')?.dims ?? [],
    rule: rules.get(operatorKey(node)) ?? 'missing',
    from: [...new Set(usesOf(node).flatMap((name) => made.get(name) ?? []))],
  }))
}
