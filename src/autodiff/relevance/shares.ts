/**
 * How the relevance R of a layer z_k = sum_j a_j w_jk + b_k is handed to its inputs. All rules are of one form: contributions
 * c_jk = a'_j w'_jk with changed inputs and weights, R_j = sum_k c_jk R_k / (sum_j c_jk + b'_k); they differ in what is changed, and
 * some add several such terms. Montavon et al. 2019 (doi 10.1007/978-3-030-28954-6_10) gives this form.
 */

import type { Value } from '../../onnx/index.ts'
import { negative, positive, shared } from './stabilised.ts'
import type { Weighted } from './weighted.ts'

/** One term: contributions that share a denominator. */
export interface Share {
  readonly parts: readonly { readonly input: Value; readonly weights: Value }[]
  readonly bias: Value | null
  /** Times this much of the relevance, or only where the layer's result has this sign. */
  readonly factor?: number
  readonly where?: 'positive' | 'negative'
}

/** What is known of a layer's signs: its input has no negative elements; where its result is negative, it receives nothing. */
export interface Signs {
  readonly unsigned: boolean
  readonly rectified: boolean
}

export type Weighing = (layer: Weighted, signs: Signs) => readonly Share[]

/** R_j = sum_k a_j w_jk R_k / z_k. Bach et al. 2015, doi 10.1371/journal.pone.0130140. */
export const epsilonRule: Weighing = ({ x, w, b }) => [{ parts: [{ input: x, weights: w }], bias: b }]

const signed = ({ at, x }: Weighted, unsigned: boolean) =>
  unsigned ? ({ up: x, down: null } as const) : ({ up: positive(at, x), down: negative(at, x) } as const)

/** a+ w' + a- w'' */
function parts(layer: Weighted, unsigned: boolean, weights: Value, ofNegative: () => Value): Share['parts'] {
  const { up, down } = signed(layer, unsigned)
  return [{ input: up, weights }, ...(down ? [{ input: down, weights: ofNegative() }] : [])]
}

/**
 * Positive contributions count 1 + gamma times where the result is positive, negative ones where it is negative: the form for inputs
 * of both signs; for inputs and results that are not negative w + gamma w+ (Montavon et al. 2019).
 */
export const gammaRule =
  (gamma: number): Weighing =>
  (layer, { unsigned, rectified }) => {
    const { at, w, b } = layer
    const { op } = at
    const more = (value: Value, part: typeof positive) => op.Add(value, op.Mul(part(at, value), gamma))
    const [up, down] = [more(w, positive), more(w, negative)]
    const above: Share = {
      parts: parts(layer, unsigned, up, () => down),
      bias: b && more(b, positive),
      where: 'positive',
    }
    if (rectified) return [above]
    return [above, { parts: parts(layer, unsigned, down, () => up), bias: b && more(b, negative), where: 'negative' }]
  }

/** Positive and negative contributions apart: alpha times the ones, -beta times the others, alpha - beta = 1. Bach et al. 2015. */
export const alphaBetaRule =
  (alpha: number): Weighing =>
  (layer, { unsigned }) => {
    const { at, w, b } = layer
    const [up, down] = [positive(at, w), negative(at, w)]
    const excited: Share = { parts: parts(layer, unsigned, up, () => down), bias: b && positive(at, b), factor: alpha }
    if (alpha === 1) return [excited]
    const inhibited: Share = {
      parts: parts(layer, unsigned, down, () => up),
      bias: b && negative(at, b),
      factor: 1 - alpha,
    }
    return [excited, inhibited]
  }

/** Positive contributions alone. Montavon et al. 2017 (deep Taylor), arXiv 1512.02479. */
export const zPlusRule = alphaBetaRule(1)

/** By the squares of the weights, whatever the input is. Montavon et al. 2017. */
export const wSquareRule: Weighing = (layer) => [
  { parts: [{ input: onesLike(layer, layer.x), weights: layer.at.op.Mul(layer.w, layer.w) }], bias: null },
]

/** To all inputs alike. Lapuschkin et al. 2019, doi 10.1038/s41467-019-08987-4. */
export const flatRule: Weighing = (layer) => [
  { parts: [{ input: onesLike(layer, layer.x), weights: onesLike(layer, layer.w) }], bias: null },
]

/** For pixels between `low` and `high` (of x's shape): contributions x w - low w+ - high w-. Montavon et al. 2017. */
export const boxRule =
  (bounds: (layer: Weighted) => { readonly low: Value; readonly high: Value }): Weighing =>
  (layer) => {
    const { at, x, w } = layer
    const { low, high } = bounds(layer)
    const changed = [
      { input: x, weights: w },
      { input: at.op.Neg(low), weights: positive(at, w) },
      { input: at.op.Neg(high), weights: negative(at, w) },
    ]
    return [{ parts: changed, bias: null }]
  }

const onesLike = ({ at }: Weighted, value: Value) => at.op.Expand(at.scalar(1, value), at.op.Shape(value))

/** What the inputs get, and what the bias keeps (in the shape of the result). */
export function handOut(layer: Weighted, shares: readonly Share[], epsilon: number) {
  const { at, x, w, b, z } = layer
  const { op } = at
  const given: Value[] = []
  const kept: Value[] = []
  for (const { parts: changed, bias, factor = 1, where } of shares) {
    const [first, ...others] = changed
    if (!first) continue
    const untouched = changed.length === 1 && first.input === x && first.weights === w && bias === b
    const total = () =>
      others.reduce(
        (sum, part) => op.Add(sum, layer.forward(part.input, part.weights, null)),
        layer.forward(first.input, first.weights, bias),
      )
    const signed = where && (where === 'positive' ? op.Greater(z, 0) : op.Less(z, 0))
    const received = signed ? op.Where(signed, at.dy, 0) : factor === 1 ? at.dy : op.Mul(at.dy, factor)
    const ratio = shared(at, received, untouched ? z : total(), epsilon)
    for (const { input, weights } of changed) given.push(op.Mul(input, layer.backward(weights, ratio)))
    if (bias) kept.push(op.Mul(ratio, layer.spread(bias)))
  }
  const sum = (values: readonly Value[]) => values.reduce((a, b) => op.Add(a, b))
  return { given: sum(given), kept: kept.length > 0 ? sum(kept) : null }
}
