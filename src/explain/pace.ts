/**
 * How many samples a program takes at once: what is fastest here, measured on its first runs, whose answers count like any others. One
 * image at a time keeps the caches warm, many at once keep all cores busy: which is faster depends on the model and the machine.
 */

/** Fewer at once are taken unless more are faster by this factor: they need less memory, and stop sooner. */
const worth = 1.03

/** Rounds through all sizes; the first one also pays for the memory. */
const rounds = 3

export class Pace {
  readonly #sizes: readonly number[]
  /** Milliseconds a sample of each run so far: the sizes take turns, for a machine's speed changes within seconds. */
  readonly #times: number[] = []
  #best: number | undefined

  /** @param sizes the numbers to choose from, rising */
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes
    if (sizes.length === 1) this.#best = sizes[0]
  }

  get #turn(): number {
    return this.#sizes[this.#times.length % this.#sizes.length] as number
  }

  /** How many to take now, of those that are left. */
  next(left: number): number {
    return Math.min(left, this.#best ?? this.#turn)
  }

  /** Tells how long a run of so many took. */
  took(count: number, ms: number): void {
    if (this.#best !== undefined || count !== this.#turn) return
    this.#times.push(ms / count)
    const { length } = this.#sizes
    if (this.#times.length < rounds * length) return
    const fastest = this.#sizes.map((_, k) =>
      Math.min(...this.#times.filter((_, i) => i >= length && i % length === k)),
    )
    const least = Math.min(...fastest)
    this.#best = this.#sizes[fastest.findIndex((time) => time <= worth * least)]
  }
}
