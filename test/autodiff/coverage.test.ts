import { describe, expect, it } from 'vitest'
import { flat, gradient, lifted, refused, straightThrough } from '../../src/autodiff/index.ts'
import { operators } from '../../src/onnx/index.ts'

describe('coverage', () => {
  it('every operator of the default domain has a rule, passes no gradient by nature, is lifted, or is refused with a reason', () => {
    const answers = (operator: string) => [
      operator in gradient,
      flat.has(operator),
      operator in lifted,
      operator in refused,
    ]
    const wrong = operators.filter((operator) => answers(operator).filter(Boolean).length !== 1)
    expect(wrong.map((operator) => `${operator}: rule, flat, lifted, refused = ${answers(operator)}`)).toEqual([])
  })

  it('every answer is about an operator that exists', () => {
    /** Not in the standard, but written in its domain. */
    const known = new Set<string>([...operators, 'SimplifiedLayerNormalization'])
    const words = [...flat, ...Object.keys(refused), ...Object.keys(gradient)]
    expect(words.filter((word) => !word.includes(':') && !known.has(word))).toEqual([])
  })

  it('what is lifted becomes what has a rule', () => {
    expect(Object.values(lifted).filter((operator) => !(operator in gradient))).toEqual([])
  })

  it('what goes straight through has a rule', () => {
    expect([...straightThrough].filter((operator) => !(operator in gradient))).toEqual([])
  })
})
