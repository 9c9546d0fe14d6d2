/**
 * The parser of the target language, by recursive descent. It knows the grammar, not the model.
 *
 *   target    = sum [("==" | "!=" | "<" | ">" | "<=" | ">=") sum]
 *   sum       = product {("+" | "-") product}
 *   product   = unary {("*" | "/") unary}
 *   unary     = {"-" | "+"} primary
 *   primary   = number | "(" target ")" | function "(" target ")" | reference
 *   reference = (name | ("layer" | "output" | "input") "(" quoted ")") ["[" place {"," place} "]"] | "cross-entropy(" place ")"
 *   place     = integer | ":" | quoted | word {word}
 */

import { didYouMean } from '../../error/index.ts'
import {
  type Binary,
  type Expression,
  type FunctionName,
  functions,
  type Index,
  type Source,
  sources,
} from './expression.ts'
import { type Token, targetError, tokens } from './tokens.ts'

const deepest = 64
const comparisons: readonly string[] = ['==', '!=', '<', '>', '<=', '>=']

/** @throws FoveaError FOVEA_USAGE with the position and what was expected there */
export function parseTarget(text: string): Expression {
  const parser = new Parser(text)
  return parser.target()
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokens(text)
  }

  target(): Expression {
    if (this.#token.type === 'end') throw this.#error('a target is expected, for example top or logits[243]')
    const expression = this.#comparison()
    this.#end()
    return expression
  }

  #end(): void {
    if (this.#token.type !== 'end') throw this.#error('an operator (+ - * /) or the end is expected here')
  }

  #comparison(): Expression {
    const left = this.#sum()
    const operator = this.#sign(comparisons)
    return operator ? binary(operator, left, this.#sum()) : left
  }

  #sum(): Expression {
    let left = this.#product()
    for (let operator = this.#sign(['+', '-']); operator; operator = this.#sign(['+', '-']))
      left = binary(operator, left, this.#product())
    return left
  }

  #product(): Expression {
    let left = this.#unary()
    for (let operator = this.#sign(['*', '/']); operator; operator = this.#sign(['*', '/']))
      left = binary(operator, left, this.#unary())
    return left
  }

  #unary(): Expression {
    const { at } = this.#token
    const operator = this.#sign(['-', '+'])
    if (!operator) return this.#primary()
    const of = this.#deeper(() => this.#unary())
    return operator.text === '+' ? of : { kind: 'negative', of, at }
  }

  #primary(): Expression {
    const token = this.#token
    if (token.type === 'number') return { kind: 'number', value: this.#number(), at: token.at }
    if (this.#sign(['('])) {
      const inner = this.#deeper(() => this.#comparison())
      this.#expect(')')
      return inner
    }
    if (token.type === 'quoted') throw this.#error(`a quoted name needs to be said with output(…) or layer(…)`)
    if (token.type !== 'word') throw this.#error('a number, a name or a parenthesis is expected here')
    this.#next++
    return this.#named(token)
  }

  #named({ text, at }: Token): Expression {
    const opens = this.#token.text === '(' && this.#token.type === 'sign'
    if (text === 'cross-entropy')
      return { kind: 'reference', source: null, name: 'loss', indices: this.#crossEntropy(), at }
    const source = sources.find((word) => word === text)
    if (source && opens) return this.#quoted(source, at)
    const name = functions.find((word) => word === text)
    if (name) return this.#call(name, at)
    if (opens) throw targetError(this.#text, at, this.#noFunction(text))
    return { kind: 'reference', source: null, name: text, indices: this.#indices(), at }
  }

  #noFunction(text: string): string {
    const known = [...functions, ...sources, 'cross-entropy']
    return `there is no function '${text}'${didYouMean(text, known)}; there are ${known.join(', ')}`
  }

  #call(name: FunctionName, at: number): Expression {
    this.#expect('(')
    const argument = this.#deeper(() => this.#comparison())
    if (this.#token.text === ',') throw this.#error(`${name} takes one argument`)
    this.#expect(')')
    return { kind: 'call', name, argument, at }
  }

  #quoted(source: Source, at: number): Expression {
    this.#expect('(')
    const token = this.#token
    if (token.type !== 'quoted') throw this.#error(`${source} wants a quoted name, as in ${source}("name")`)
    this.#next++
    this.#expect(')')
    return { kind: 'reference', source, name: token.text, indices: this.#indices(), at }
  }

  #crossEntropy(): Index[] {
    this.#expect('(')
    const index = this.#index()
    this.#expect(')')
    return [index]
  }

  #indices(): Index[] {
    if (!this.#sign(['['])) return []
    const indices = [this.#index()]
    while (this.#sign([','])) indices.push(this.#index())
    this.#expect(']')
    return indices
  }

  #index(): Index {
    const { type, text, at } = this.#token
    if (this.#sign([':'])) return { kind: 'all', at }
    if (type === 'number') {
      const value = this.#number()
      if (!Number.isSafeInteger(value)) throw targetError(this.#text, at, 'a place is a whole number')
      return { kind: 'number', value, at }
    }
    if (type === 'quoted') {
      this.#next++
      return { kind: 'word', text, quoted: true, at }
    }
    if (type === 'word') return this.#words(at)
    if (text === '-') throw this.#error('places count from 0, there are no negative ones')
    throw this.#error('a number, a label or : is expected here')
  }

  /** `tiger cat`: a label may be several words; one with other signs needs quotes. */
  #words(at: number): Index {
    const words: string[] = []
    for (
      let token = this.#token;
      token.type === 'word' || (words.length > 0 && token.type === 'number');
      token = this.#token
    ) {
      words.push(token.text)
      this.#next++
    }
    if (/^[-'/+*.]/.test(this.#token.text))
      throw this.#error('a label with such signs needs quotes, as in prob["bow-tie"]')
    const text = words.join(' ')
    return { kind: 'word', text, quoted: text !== 'class' && text !== 'top', at }
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token
  }

  #number(): number {
    const { text, at } = this.#token
    const value = Number(text)
    if (!Number.isFinite(value)) throw targetError(this.#text, at, 'the number is too large')
    this.#next++
    return value
  }

  #sign(signs: readonly string[]): Token | undefined {
    const token = this.#token
    if (token.type !== 'sign' || !signs.includes(token.text)) return undefined
    this.#next++
    return token
  }

  #expect(sign: string): void {
    if (!this.#sign([sign])) throw this.#error(`'${sign}' is expected here`)
  }

  #deeper(parse: () => Expression): Expression {
    if (++this.#depth > deepest) throw this.#error(`more than ${deepest} parentheses in each other`)
    const expression = parse()
    this.#depth--
    return expression
  }

  #error(what: string) {
    return targetError(this.#text, this.#token.at, what)
  }
}

function binary(operator: Token, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator: operator.text as Binary, left, right, at: operator.at }
}
