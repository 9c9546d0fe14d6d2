/** Things that are dear to open, kept open for the next call: the last few that were used, each closed when others have pushed it out. */

interface Entry<T> {
  readonly opened: Promise<T>
  users: number
}

export class Kept<T> {
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry<T>>()
  readonly #most: number
  readonly #close: (value: T) => Promise<void>

  constructor(most: number, close: (value: T) => Promise<void> = async () => {}) {
    this.#most = most
    this.#close = close
  }

  /**
   * What `use` makes of the value of a key, opened only if it is not there. Without a key nothing is kept.
   * @throws what `open` and `use` throw
   */
  async use<R>(key: string | undefined, open: () => Promise<T>, use: (value: T) => Promise<R>): Promise<R> {
    if (key === undefined) {
      const value = await open()
      return use(value).finally(() => this.#close(value))
    }
    const entry = this.#entries.get(key) ?? { opened: open(), users: 0 }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.users++
    try {
      return await use(await this.#opened(key, entry))
    } finally {
      entry.users--
      await this.#trim(this.#most)
    }
  }

  /** What could not be opened is not kept. */
  #opened(key: string, entry: Entry<T>): Promise<T> {
    return entry.opened.catch((error: unknown) => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    })
  }

  /** Closes all that nobody is using. */
  async clear(): Promise<void> {
    await this.#trim(0)
  }

  async #trim(most: number): Promise<void> {
    for (const [key, { opened, users }] of this.#entries) {
      if (this.#entries.size <= most) return
      if (users > 0) continue
      this.#entries.delete(key)
      await this.#close(await opened)
    }
  }
}
