/** Whether ONNX Runtime can know a model's operators: asked before it is loaded, so that all strangers are named at once. */

import { FoveaError } from '../error/index.ts'
import { type Model, type Node, operatorKey, operators } from '../onnx/index.ts'

const standard: ReadonlySet<string> = new Set(operators)
const domains =
  /^(com\.microsoft(\..*)?|com\.ms\..*|ai\.onnx\.ml|ai\.onnx\.training|ai\.onnx\.preview\.training|org\.pytorch\.aten)$/

/** @throws FoveaError FOVEA_UNSUPPORTED_OP with every operator of no known domain or name, how often, and where first */
export function refuseUnknown({ graph }: Model, file: string): void {
  const strange = graph.nodes.filter(({ op, domain }) => (domain === '' ? !standard.has(op) : !domains.test(domain)))
  const [first] = strange
  if (!first) return
  const keys = [...new Set(strange.map(operatorKey))]
  const list = keys.map((key) => {
    const all = strange.filter((node) => operatorKey(node) === key)
    const node = all[0] as Node
    return `${key} (${all.length > 1 ? `${all.length} times, first ` : ''}at node '${node.name || node.outputs[0]}')`
  })
  throw new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `${file} uses ${list.join(', ')}, which ONNX does not define, so no ONNX Runtime runs it without an extension and Fovea has no gradient rule for it. Export the model with standard operators.`,
    { file, node: first.name, op: operatorKey(first) },
  )
}
