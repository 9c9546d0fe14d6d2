/** A resolved target as nodes: every part keeps the images apart (axis 0), and the whole is one number an image, [N]. */

import { FoveaError } from '../../error/index.ts'
import type { Builder, Measured, Value } from '../../onnx/index.ts'
import { broadcast, lifted } from './broadcast.ts'
import { classTerm } from './class-score.ts'
import { type Comparison, type Expression, type FunctionName, type Reference, references, show } from './expression.ts'
import type { ResolvedTarget } from './resolve.ts'
import { type Term, take, termOf } from './term.ts'
import { targetError } from './tokens.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface TargetContext {
  readonly builder: Builder
  readonly measured: Measured
  readonly vocabulary: Vocabulary
  /** The class that a word stands for, int64 [N, 1]; asked for only when the target uses it. */
  readonly chosen: (word: 'class' | 'top') => Value
  /** The run-time input `mask`, float32 [N, height, width] or [1, height, width]. */
  readonly mask: (height: number, width: number) => Value
}

export interface WrittenTarget {
  /** [N], float32 */
  readonly score: Value
  /** The target in its normal form; `class` and `top` are still words. */
  readonly expression: Expression
}

const operators = { '+': 'Add', '-': 'Sub', '*': 'Mul', '/': 'Div' } as const
const compared: Readonly<
  Record<Exclude<Comparison, '!='>, 'Equal' | 'Less' | 'Greater' | 'LessOrEqual' | 'GreaterOrEqual'>
> = {
  '==': 'Equal',
  '<': 'Less',
  '>': 'Greater',
  '<=': 'LessOrEqual',
  '>=': 'GreaterOrEqual',
}
const elementwise: Partial<Record<FunctionName, 'Abs' | 'Exp' | 'Log' | 'Sqrt'>> = {
  abs: 'Abs',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
}
const reducing: Partial<Record<FunctionName, 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceL2'>> = {
  sum: 'ReduceSum',
  mean: 'ReduceMean',
  max: 'ReduceMax',
  min: 'ReduceMin',
  norm: 'ReduceL2',
}

/** @throws FoveaError FOVEA_USAGE, FOVEA_LAYER, FOVEA_CLASS */
export function writeTarget(target: ResolvedTarget, context: TargetContext): WrittenTarget {
  const writer = new Writer(target.text, context)
  const { expression } = target
  const written = writer.write(expression)
  const term = writer.term(written, expression.at)
  const count = term.dims.reduce((product, dim) => product * dim, 1)
  if (term.dims.length === 0) return { score: term.value, expression }
  if (count === 1) return { score: context.builder.op.Reshape(term.value, [-1]), expression }
  if (!references(expression).every(({ source }) => source === 'layer'))
    throw targetError(
      target.text,
      expression.at,
      `it is ${term.dims.join('x')} numbers an image, and a target is one: choose a place, as in [${term.dims.map(() => 0)}], or sum(${show(expression)})`,
    )
  const mean: Expression = { kind: 'call', name: 'mean', argument: expression, at: expression.at }
  return { score: writer.term(writer.write(mean), 0).value, expression: mean }
}

class Writer {
  readonly #text: string
  readonly #context: TargetContext

  constructor(text: string, context: TargetContext) {
    this.#text = text
    this.#context = context
  }

  write(expression: Expression, whole: Expression = expression): Term | number {
    switch (expression.kind) {
      case 'number':
        return expression.value
      case 'reference':
        return this.#reference(expression, whole)
      case 'call':
        return this.#call(expression, this.write(expression.argument, whole))
      case 'negative': {
        const of = this.write(expression.of, whole)
        return typeof of === 'number' ? -of : { ...of, value: this.#op.Neg(of.value) }
      }
      case 'binary':
        return this.#binary(expression, this.write(expression.left, whole), this.write(expression.right, whole))
    }
  }

  term(written: Term | number, at: number): Term {
    if (typeof written !== 'number') return written
    if (!Number.isFinite(written)) throw targetError(this.#text, at, `it is ${written}, no finite number`)
    return { value: this.#op.Reshape(this.#context.builder.scalar(written), [1]), dims: [], varying: false }
  }

  get #op() {
    return this.#context.builder.op
  }

  #reference(reference: Reference, whole: Expression): Term {
    const { builder, vocabulary, measured, mask, chosen } = this.#context
    if (reference.source === null && reference.name === 'mask') {
      const [height, width] = this.#mapSize(whole, reference.at)
      return { value: mask(height, width), dims: [height, width], varying: false }
    }
    if (reference.source === null && vocabulary.scores)
      return classTerm(builder, measured, vocabulary.scores, reference, chosen)
    const term = termOf(builder, measured, vocabulary, reference.name)
    if (typeof term === 'string') {
      const code = reference.source === 'layer' ? 'FOVEA_LAYER' : 'FOVEA_USAGE'
      throw new FoveaError(code, `In the target '${this.#text}': ${term}.`, { tensor: reference.name })
    }
    return take(builder, term, reference.indices, (index, why) => {
      throw targetError(this.#text, index.at, `${show({ ...reference, indices: [] })} ${why}`)
    })
  }

  /** The size of the first map in the target: what `mask` is laid over. */
  #mapSize(whole: Expression, at: number): readonly [number, number] {
    for (const reference of references(whole)) {
      if (reference.source === null) continue
      const [height, width] = this.#reference(reference, whole).dims.slice(-2)
      if (height !== undefined && width !== undefined) return [height, width]
    }
    throw targetError(this.#text, at, "'mask' needs a map beside it, as in sum(seg[15] * mask)")
  }

  #call({ name, at }: Extract<Expression, { kind: 'call' }>, argument: Term | number): Term | number {
    const term = this.term(argument, at)
    const { value, dims } = term
    const op = this.#op
    const single = elementwise[name]
    if (single) return { ...term, value: op[single](value) }
    if (name === 'argmax') {
      if (dims.length === 0) throw targetError(this.#text, at, 'argmax needs several numbers to choose from')
      const places = op.ArgMax(value, { axis: 1, keepdims: 0 })
      return { ...term, value: op.Cast(places, { to: 1 }), dims: dims.slice(1) }
    }
    const reduce = reducing[name] as NonNullable<(typeof reducing)[FunctionName]>
    if (dims.length === 0) return name === 'norm' ? { ...term, value: op.Abs(value) } : term
    const axes = dims.map((_, i) => i + 1)
    return { value: op[reduce](value, axes, { keepdims: 0 }), dims: [], varying: false }
  }

  #binary(
    { operator, at }: Extract<Expression, { kind: 'binary' }>,
    left: Term | number,
    right: Term | number,
  ): Term | number {
    if (typeof left === 'number' && typeof right === 'number') {
      const folded = fold(operator, left, right)
      if (Number.isFinite(folded)) return folded
      throw targetError(this.#text, at, `${left} ${operator} ${right} is no finite number`)
    }
    const [a, b] = [this.term(left, at), this.term(right, at)]
    const dims = broadcast(a, b)
    if (typeof dims === 'string') throw targetError(this.#text, at, dims)
    const op = this.#op
    const [x, y] = [lifted(op, a, dims.length), lifted(op, b, dims.length)]
    const varying = a.varying || b.varying
    if (operator in operators) return { value: op[operators[operator as keyof typeof operators]](x, y), dims, varying }
    const truth = operator === '!=' ? op.Not(op.Equal(x, y)) : op[compared[operator as keyof typeof compared]](x, y)
    return { value: op.Cast(truth, { to: 1 }), dims, varying }
  }
}

function fold(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '<':
      return Number(a < b)
    case '>':
      return Number(a > b)
    case '<=':
      return Number(a <= b)
    default:
      return Number(a >= b)
  }
}
