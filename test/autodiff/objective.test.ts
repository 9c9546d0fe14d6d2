/** The target language by itself: its grammar, its normal form, its errors, and that nothing but a FoveaError comes out of it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTarget, references, resolveTarget, show, type Vocabulary } from '../../src/autodiff/index.ts'
import { FoveaError } from '../../src/error/index.ts'

const vocabulary: Vocabulary = {
  scores: { logits: 'l', output: 'p', probability: 'softmax', classes: 10 },
  outputs: ['p', 'seg', 'a/b:0', 'sum'],
  inputs: ['image'],
  aliases: { y: 'a/b:0' },
  layers: [],
  examples: ['logits[0]'],
  varying: new Map(),
  classOf: (label) => {
    if (label === 'tiger cat') return 3
    throw new FoveaError('FOVEA_CLASS', `no ${label}`)
  },
}

const normal = (text: string) => show(resolveTarget(text, vocabulary).expression)

describe('normal form', () => {
  test.each([
    ['top', 'logits[top]'],
    ['class', 'logits[class]'],
    ['logits[ 3]-logits[1]', 'logits[3] - logits[1]'],
    ['prob[tiger cat]', 'prob[3]'],
    ["prob['tiger cat']", 'prob[3]'],
    ['p[tiger cat]', 'p[3]'],
    ['cross-entropy(class)', 'loss[class]'],
    ['-y[0]', '-output("a/b:0")[0]'],
    ['output("seg")[1,:, 2]', 'seg[1, :, 2]'],
    ['output("sum")', 'output("sum")'],
    ['a/b', undefined],
    ['((seg[1]+(2)))*3', '(seg[1] + 2) * 3'],
    ['1-(2-seg)', '1 - (2 - seg)'],
    ['(1-2)-seg', '1 - 2 - seg'],
    ['-(seg*2)', '-(seg * 2)'],
    ['+ - -seg', '--seg'],
    ['sum(seg[1]*(argmax(seg)==1))', 'sum(seg[1] * (argmax(seg) == 1))'],
    ['1e3*.5*seg', '1000 * 0.5 * seg'],
    ['layer("x\\"y\\\\")[1]', 'layer("x\\"y\\\\")[1]'],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(() => normal(text)).toThrow(FoveaError)
    else {
      expect(normal(text)).toBe(expected)
      expect(normal(expected)).toBe(expected)
    }
  })

  test('classes that are known are written for the words', () => {
    const { expression, uses } = resolveTarget('prob[top] - prob[class]', vocabulary)
    expect(show(expression, { top: 7, class: 2 })).toBe('prob[7] - prob[2]')
    expect(uses).toEqual({ class: true, top: true, mask: false })
  })
})

describe('errors point at the place', () => {
  test.each([
    ['', 'at its end: a target is expected'],
    ['logits[3', "at its end: ']' is expected"],
    ['logits[3]]', "at character 10 (']'): an operator"],
    ['logits[-1]', 'places count from 0'],
    ['logits[1.5]', 'a whole number'],
    ['prob[bow-tie]', 'needs quotes'],
    ['prob["bow', 'no closing "'],
    ['smu(seg)', "did you mean 'sum'"],
    ['max(seg, 1)', 'one argument'],
    ['seg = 1', "write '=='"],
    ['seg $ 1', "at character 5 ('$ 1'): '$' has no meaning"],
    ['layer(x)', 'wants a quoted name'],
    ['"x"', 'output(…)'],
    ['top[3]', 'a number already'],
    ['mask[3] * seg', "'mask' is used whole"],
    ['seg[cat]', 'no place of output "seg"'],
    ['1e999 * seg', 'too large'],
    ['input("x")', 'no input "x"'],
    ['logit[3]', "did you mean 'logits'"],
    [`${'('.repeat(100)}seg${')'.repeat(100)}`, 'more than 64 parentheses'],
    ['-'.repeat(1000), 'more than 64'],
    ['x'.repeat(3000), 'at most 2000 characters'],
  ])('%s', (text, words) => {
    expect(() => normal(text)).toThrow(words)
  })

  test('without classes the words for classes say so', () => {
    const { scores: _, ...without } = vocabulary
    expect(() => resolveTarget('top', without)).toThrow('no list of classes')
  })
})

describe('any text', () => {
  const onlyFoveaErrors = (text: string) => {
    try {
      normal(text)
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error
    }
  }

  test('random characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), onlyFoveaErrors), { numRuns: 1000 })
  })

  test('random words of the language', () => {
    const word = fc.constantFrom(
      ...'logits prob top class loss mask seg y sum max argmax layer output cross-entropy tiger cat "tiger cat" "x" [ ] ( ) , : + - * / == < 0 3 2.5 1e9'.split(
        ' ',
      ),
      '',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => onlyFoveaErrors(words.join(' '))),
      { numRuns: 2000 },
    )
  })

  const expression = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('logits[3]', 'prob[top]', 'seg[1, 2, 3]', 'y', 'mask', 'layer("a b")[2]', 'class'),
      fc.nat(1000).map((n) => String(n / 8)),
      fc.tuple(tie('any'), fc.constantFrom('+', '-', '*', '/'), tie('any')).map(([a, o, b]) => `${a}${o}${b}`),
      tie('any').map((a) => `(${a})`),
      tie('any').map((a) => `-${a}`),
      fc.tuple(fc.constantFrom('sum', 'abs', 'norm'), tie('any')).map(([f, a]) => `${f}( ${a} )`),
    ),
  })).any

  test('the normal form is read as what it was made from', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const tree = parseTarget(text)
        const again = parseTarget(show(tree))
        expect(JSON.stringify(again, withoutPlaces)).toBe(JSON.stringify(tree, withoutPlaces))
        expect(references(again).length).toBe(references(tree).length)
      }),
      { numRuns: 500 },
    )
  })
})

const withoutPlaces = (key: string, value: unknown) => (key === 'at' ? undefined : value)
