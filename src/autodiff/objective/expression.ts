/** A target as data: what `parseTarget` reads and `show` writes again in its one normal form. */

/** Where in the text a part begins, from 0. */
interface Placed {
  readonly at: number
}

/** One place inside the brackets: a number, `:` for all of an axis, or a word (a label, `top`, `class`). */
export type Index = Placed &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'all' }
    | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  )

/** What a text can refer to by a keyword and a quoted name: `layer("a/b:0")`. */
export type Source = 'output' | 'layer' | 'input'

export type Binary = '+' | '-' | '*' | '/' | Comparison
export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>='

export type Expression = Placed &
  (
    | { readonly kind: 'number'; readonly value: number }
    /** `seg[15]`: a name of the vocabulary, or of the model; without a source the name decides. */
    | {
        readonly kind: 'reference'
        readonly source: Source | null
        readonly name: string
        readonly indices: readonly Index[]
      }
    | { readonly kind: 'call'; readonly name: FunctionName; readonly argument: Expression }
    | { readonly kind: 'negative'; readonly of: Expression }
    | { readonly kind: 'binary'; readonly operator: Binary; readonly left: Expression; readonly right: Expression }
  )

export type Reference = Extract<Expression, { readonly kind: 'reference' }>

export const functions = ['sum', 'mean', 'max', 'min', 'abs', 'exp', 'log', 'sqrt', 'norm', 'argmax'] as const
export type FunctionName = (typeof functions)[number]

export const sources: readonly Source[] = ['output', 'layer', 'input']

/** Words with a meaning of their own; an output of such a name is said as `output("…")`. */
export const reserved: ReadonlySet<string> = new Set([
  ...functions,
  ...sources,
  'logits',
  'prob',
  'loss',
  'top',
  'class',
  'mask',
])

/** Every reference in an expression, in the order of the text. */
export function references(expression: Expression): Reference[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'reference':
      return [expression]
    case 'call':
      return references(expression.argument)
    case 'negative':
      return references(expression.of)
    case 'binary':
      return [...references(expression.left), ...references(expression.right)]
  }
}

const precedence = (operator: Binary): number => ('+-'.includes(operator) ? 1 : '*/'.includes(operator) ? 2 : 0)

/**
 * The normal form: one space around operators, only the parentheses that are needed. Parsed again it is the same expression.
 * @param classes class numbers for the words `class` and `top`, where they are known by now
 */
export function show(expression: Expression, classes: Readonly<Record<string, number>> = {}): string {
  const inner = (child: Expression, least: number) => {
    const text = show(child, classes)
    return strength(child) < least ? `(${text})` : text
  }
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'reference':
      return showReference(expression, classes)
    case 'call':
      return `${expression.name}(${show(expression.argument, classes)})`
    case 'negative':
      return `-${inner(expression.of, 3)}`
    case 'binary': {
      const own = precedence(expression.operator)
      return `${inner(expression.left, own === 0 ? 1 : own)} ${expression.operator} ${inner(expression.right, own + 1)}`
    }
  }
}

function strength(expression: Expression): number {
  if (expression.kind === 'binary') return precedence(expression.operator)
  return expression.kind === 'negative' ? 3 : 4
}

function showReference({ source, name, indices }: Reference, classes: Readonly<Record<string, number>>): string {
  const base = source === null || (source === 'output' && isPlain(name)) ? name : `${source}(${quote(name)})`
  if (indices.length === 0) return base
  const places = indices.map((index) => {
    if (index.kind === 'all') return ':'
    if (index.kind === 'number') return String(index.value)
    return index.quoted ? quote(index.text) : String(classes[index.text] ?? index.text)
  })
  return `${base}[${places.join(', ')}]`
}

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

/** Whether a name can stand for an output by itself. */
export function isPlain(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) && !reserved.has(name)
}
