/**
 * Einstein summation. The gradient at an operand is the summation that swaps the operand's letters with the output's; letters that
 * only this operand has are spread again, and a letter that it repeats (a diagonal) is told apart by an identity matrix.
 */

import type { Shape, Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule } from '../rule.ts'
import { converted } from './kinds.ts'

type Letters = readonly string[]

export const einsum: Rule = (at) => {
  const shapes = at.node.inputs.map((_, i) => at.shape(at.x[i] as Value))
  const { operands, output } = explicit(at.attributes.string('equation', ''), shapes)
  const sizes = operands.flatMap((letters, i) => letters.map((letter, axis) => `${letter}${shapes[i]?.dims[axis]}`))
  if (new Set(sizes).size !== new Set(operands.flat()).size) at.refuse('it stretches an axis of size 1')
  return operands.map((_, i) => (at.wanted(i) ? operandGradient(at, operands, output, shapes, i) : null))
}

function operandGradient(
  at: Backward,
  operands: readonly Letters[],
  output: Letters,
  shapes: Shape[],
  i: number,
): Value {
  const { op, x, dy } = at
  const shape = shapes[i] as Shape
  const fresh = lettersBeyond(operands)
  const diagonals: { letters: Letters; value: Value }[] = []
  const own = (operands[i] as Letters).map((letter, axis, all) => {
    if (all.indexOf(letter) === axis) return letter
    if (shape.batch[axis]) at.refuse('it takes a diagonal along the batch')
    const other = fresh() ?? at.refuse('it has more than 52 different axes')
    diagonals.push({ letters: [letter, other], value: identity(at, shape.dims[axis] as number) })
    return other
  })
  const others = operands.flatMap((letters, j) => (j === i ? [] : [{ letters, value: x[j] as Value }]))
  const factors = [{ letters: output, value: dy }, ...others, ...diagonals]
  const known = own.filter((letter) => factors.some(({ letters }) => letters.includes(letter)))
  const equation = `${factors.map(({ letters }) => letters.join('')).join(',')}->${known.join('')}`
  const product = op.Einsum(...factors.map(({ value }) => value), { equation })
  const missing = own.flatMap((letter, axis) => (known.includes(letter) ? [] : [axis]))
  return missing.length > 0 ? op.Expand(op.Unsqueeze(product, missing), op.Shape(x[i] as Value)) : product
}

function identity(at: Backward, size: number): Value {
  const matrix = Float32Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0))
  return converted(at, at.literal(float32([size, size], matrix)), at.dy)
}

/** The equation with a letter for every axis: ellipses and the output that is left out are spelt out. */
function explicit(equation: string, shapes: readonly Shape[]): { operands: Letters[]; output: Letters } {
  const [left = '', right] = equation.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  const widths = terms.map((term, i) => (shapes[i]?.dims.length ?? 0) - term.replace('...', '').length)
  const dots = Math.max(0, ...terms.map((term, i) => (term.includes('...') ? (widths[i] as number) : 0)))
  const fresh = lettersBeyond([[...equation]])
  const hidden = Array.from({ length: dots }, () => fresh() ?? '')
  const spell = (term: string, width: number): Letters => {
    const [before = '', after] = term.split('...')
    return after === undefined ? [...before] : [...before, ...hidden.slice(dots - width), ...after]
  }
  const operands = terms.map((term, i) => spell(term, widths[i] as number))
  if (right !== undefined) return { operands, output: spell(right, dots) }
  const all = operands.flat().filter((letter) => !hidden.includes(letter))
  const once = all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
  return { operands, output: [...hidden, ...once.sort()] }
}

/** Gives letters that are not used yet, until the alphabet ends. */
function lettersBeyond(used: readonly Letters[]): () => string | undefined {
  const taken = new Set(used.flat())
  const free = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => !taken.has(letter))
  return () => free.shift()
}
