/** What an operator is to mathematics, along the way that is differentiated. */

import { operatorKey } from '../onnx/index.ts'
import type { Backward } from './rule.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/))

/** Elements only move, or are copied. */
const moving = set(`
  Identity Cast CastLike Dropout Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Pad CenterCropPad
  Gather GatherND GatherElements ScatterElements ScatterND TensorScatter Compress Expand Tile Trilu ReverseSequence
  DepthToSpace SpaceToDepth MaxUnpool
  QuantizeLinear DequantizeLinear com.microsoft:QuantizeLinear com.microsoft:DequantizeLinear`)

/** Some of the elements win, and move. */
const choosing = set('MaxPool GlobalMaxPool ReduceMax ReduceMin TopK Where')

/** Sums with fixed factors, of any of the inputs. */
const summing = set('Add Sub Sum Mean Neg AveragePool GlobalAveragePool ReduceSum ReduceMean CumSum Resize Col2Im')

/** Linear in each of the first two inputs while the other one is held, and in the bias. */
const products = set('Conv ConvTranspose Gemm MatMul Einsum Mul com.microsoft:FusedMatMul')

/** Linear in the first input alone. */
const firstLinear = set('Div BatchNormalization GridSample RoiAlign DeformConv RotaryEmbedding DFT')

/**
 * 'movement': elements move or are copied; 'choice': a winner takes all; 'linear': sums with factors that do not depend on
 * the image; 'nonlinear': anything else. Of Mul, MatMul and the like it depends on which factors the image reaches.
 */
export type Linearity = 'movement' | 'choice' | 'linear' | 'nonlinear'

export function linearityOf(at: Backward): Linearity {
  const key = operatorKey(at.node)
  const reached = at.node.inputs.flatMap((_, i) => (at.wanted(i) ? [i] : []))
  const several = reached.length > 1
  if (moving.has(key)) return 'movement'
  if (choosing.has(key)) return 'choice'
  if (summing.has(key)) return 'linear'
  /** With one input beside a constant they are a bent line. */
  if (key === 'Max' || key === 'Min') return several || at.node.inputs.length === 1 ? 'choice' : 'nonlinear'
  if (products.has(key)) return at.wanted(0) && at.wanted(1) ? 'nonlinear' : 'linear'
  if (firstLinear.has(key)) return several || reached[0] !== 0 ? 'nonlinear' : 'linear'
  return 'nonlinear'
}
