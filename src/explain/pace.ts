/**
 * How many samples a program takes at once: what is fastest here, measured on its first runs, whose answers count like any others. One
 * image at a time keeps the caches warm, many at once keep all cores busy: which is faster depends on the model and the machine.
 */

/** Fewer at once are taken unless more are faster by this factor: they need less memory, and stop sooner. */
const worth = 1.03

export class Pace {
  readonly #sizes: readonly number[]
  /** Milliseconds a sample of each size: of its second and third run the faster one; the first one also pays for the memory. */
  readonly #times: number[] = []
  readonly #runs: number[] = []
  #best: number | undefined

  /** @param sizes the numbers to choose from, rising */
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes
    if (sizes.length === 1) this.#best = sizes[0]
  }

  /** How many to take now, of those that are left. */
  next(left: number): number {
    return Math.min(left, this.#best ?? (this.#sizes[this.#times.length] as number))
  }

  /** Tells how long a run of so many took. */
  took(count: number, ms: number): void {
    if (this.#best !== undefined || count !== this.#sizes[this.#times.length]) return
    this.#runs.push(ms / count)
    if (this.#runs.length < 3) return
    this.#times.push(Math.min(...this.#runs.splice(0).slice(1)))
    if (this.#times.length < this.#sizes.length) return
    const least = Math.min(...this.#times)
    this.#best = this.#sizes[this.#times.findIndex((time) => time <= worth * least)]
  }
}
