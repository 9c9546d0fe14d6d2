/** What the groups ask of a node. */

import type { Node } from '../../onnx/index.ts'

/** The two inputs of a product or sum, either way round. */
export const eitherWay = ({ inputs: [a = '', b = ''] }: Node): readonly (readonly [string, string])[] => [
  [a, b],
  [b, a],
]
