export { type AttributeReader, type AttributeValue, attributesOf, float, floats, fromFront } from './attributes.ts'
export { type Attributes, Builder, type Operand, type Ops, type Value, type Write } from './builder.ts'
export { ordered, usesOf } from './check.ts'
export { dataTypeOf } from './data-type.ts'
export { type DecodeOptions, decodeModel } from './decode.ts'
export { valueDtypes } from './dtypes.ts'
export { type EncodeOptions, encodeModel, withGraph } from './encode.ts'
export type { ExternalData } from './external-data.ts'
export {
  type Attribute,
  type Constant,
  constant,
  constantOf,
  consumers,
  type Dimension,
  type FunctionDefinition,
  type Graph,
  type Model,
  type Node,
  operatorKey,
  producers,
  requiredInputs,
  subgraphs,
  type ValueInfo,
  withSubgraphs,
} from './graph.ts'
export { leaveWeights } from './left-behind.ts'
export { isReadOnce, maker, numberOf, numbersOf } from './made.ts'
export type { Measured, Shape } from './measured.ts'
export { type Operator, operators } from './operators.ts'
export { dropDead } from './passes/drop-dead.ts'
export { foldBatchNorm } from './passes/fold-batchnorm.ts'
export { type Evaluate, foldConstants } from './passes/fold-constants.ts'
export { freezeDefaults } from './passes/freeze-defaults.ts'
export { type Convolved, fullyConnectedToConv } from './passes/fully-connected-to-conv.ts'
export { type Grafted, graft } from './passes/graft.ts'
export { inlineBranches } from './passes/inline-branches.ts'
export { inlineFunctions } from './passes/inline-functions.ts'
export { relaxShape } from './passes/relax-shape.ts'
export { print, printNode, printType } from './print.ts'
export { readModel } from './read.ts'
export { newest, oldest, target, upgrade } from './upgrade/upgrade.ts'
export { type Woven, weave, wovenOf } from './weave.ts'
