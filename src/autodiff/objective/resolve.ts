/** Names become the model's own, labels become class numbers: the normal form of a target for one model. */

import { FoveaError } from '../../error/index.ts'
import type { Expression, Index, Reference } from './expression.ts'
import { references } from './expression.ts'
import { parseTarget } from './parse.ts'
import { targetError } from './tokens.ts'
import { unknownName, type Vocabulary } from './vocabulary.ts'

export interface ResolvedTarget {
  readonly text: string
  readonly expression: Expression
  /** Whether it speaks of the class that is given at run time, and of the top class. */
  readonly uses: { readonly class: boolean; readonly top: boolean; readonly mask: boolean }
}

/** @throws FoveaError FOVEA_USAGE, FOVEA_CLASS */
export function resolveTarget(text: string, vocabulary: Vocabulary): ResolvedTarget {
  const expression = new Resolver(text, vocabulary).resolve(parseTarget(text))
  const all = references(expression)
  if (!all.some(({ name, source }) => source !== null || name !== 'mask'))
    throw targetError(text, 0, 'it speaks of nothing that the model computes')
  const speaksOf = (word: string) =>
    all.some(({ indices }) => indices.some((i) => i.kind === 'word' && !i.quoted && i.text === word))
  const uses = {
    class: speaksOf('class'),
    top: speaksOf('top'),
    mask: all.some(({ source, name }) => source === null && name === 'mask'),
  }
  return { text, expression, uses }
}

class Resolver {
  readonly #text: string
  readonly #known: Vocabulary

  constructor(text: string, known: Vocabulary) {
    this.#text = text
    this.#known = known
  }

  resolve(expression: Expression): Expression {
    switch (expression.kind) {
      case 'number':
        return expression
      case 'reference':
        return expression.source === null ? this.#bare(expression) : this.#sourced(expression)
      case 'call':
        return { ...expression, argument: this.resolve(expression.argument) }
      case 'negative':
        return { ...expression, of: this.resolve(expression.of) }
      case 'binary':
        return { ...expression, left: this.resolve(expression.left), right: this.resolve(expression.right) }
    }
  }

  #bare(reference: Reference): Reference {
    const { name, indices, at } = reference
    const { scores, outputs, aliases } = this.#known
    if (scores && (name === 'top' || name === 'class')) {
      if (indices.length > 0) throw targetError(this.#text, at, `'${name}' is a number already; say logits[${name}]`)
      return { ...reference, name: 'logits', indices: [{ kind: 'word', text: name, quoted: false, at }] }
    }
    if (scores && (name === 'logits' || name === 'prob' || name === 'loss')) return this.#classes(reference)
    if (name === 'mask' && !outputs.includes('mask')) {
      if (indices.length > 0) throw targetError(this.#text, at, "'mask' is used whole")
      return reference
    }
    const output = outputs.includes(name) ? name : Object.hasOwn(aliases, name) ? aliases[name] : undefined
    if (output === undefined) throw targetError(this.#text, at, unknownName(name, this.#known))
    return this.#sourced({ ...reference, source: 'output', name: output })
  }

  #classes(reference: Reference): Reference {
    const { name, indices, at } = reference
    if (indices.length > 1) throw targetError(this.#text, at, `'${name}' has one axis, the classes`)
    if (indices.length === 0 && name === 'loss')
      throw targetError(this.#text, at, "'loss' needs a class, as in loss[243]")
    return { ...reference, indices: indices.map((index) => this.#class(index)) }
  }

  #class(index: Index): Index {
    const { classes = 0 } = this.#known.scores ?? {}
    if (index.kind === 'word')
      return index.quoted ? { kind: 'number', value: this.#known.classOf(index.text), at: index.at } : index
    if (index.kind === 'number' && index.value >= classes)
      throw new FoveaError('FOVEA_CLASS', `The model has no class ${index.value}; its classes are 0 to ${classes - 1}.`)
    return index
  }

  /** A value of the model, by its own name; the last place of an output of class scores may be a label. */
  #sourced(reference: Reference): Reference {
    const { source, name, indices, at } = reference
    const { scores, outputs, inputs } = this.#known
    const names = source === 'output' ? outputs : source === 'input' ? inputs : undefined
    if (names && !names.includes(name))
      throw targetError(
        this.#text,
        at,
        `the model has no ${source} "${name}"; it has ${names.map((n) => `"${n}"`).join(', ')}`,
      )
    const ofClasses = scores !== undefined && (name === scores.output || name === scores.logits)
    const places = indices.map((index, i) => {
      if (index.kind !== 'word') return index
      if (ofClasses && i === indices.length - 1 && index.quoted) return this.#class(index)
      throw targetError(this.#text, index.at, `'${index.text}' is no place of ${source} "${name}": give a number or :`)
    })
    return { ...reference, indices: places }
  }
}
