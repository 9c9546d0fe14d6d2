/** What a command is: flags as data, and what it does. Help, completion and checks are drawn from the data. */

export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly describe: string
  readonly short?: string
  /** What the value is called in help: '<file>'. */
  readonly value?: string
  /** Whether its value may begin with a minus. */
  readonly minus?: boolean
  /** Whether it may be given several times. */
  readonly multiple?: boolean
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** '[images…]' */
  readonly positional: string
  readonly examples: readonly (readonly [command: string, says: string])[]
  readonly flags: Readonly<Record<string, Flag>>
  /** @returns the exit status */
  run(given: Given, screen: Screen): Promise<number>
}

/** The parsed command line. */
export interface Given {
  readonly words: readonly string[]
  text(flag: string): string | undefined
  /** Every value of a flag that may be given several times. */
  list(flag: string): readonly string[]
  on(flag: string): boolean
}

/** Where a command writes, what that can show, and when to stop. */
export interface Screen {
  /** Results: standard output. */
  print(text: string): void
  /** Progress, notes and errors: standard error. */
  note(text: string): void
  readonly color: 'none' | '256' | 'true'
  readonly columns: number
  readonly quiet: boolean
  readonly progress: boolean
  readonly signal: AbortSignal
  /** Takes the first Ctrl-C for itself, to end with what there is; a second one ends the process. */
  stoppable(): AbortSignal
}

/** Flags that every command has. */
export const commonFlags: Readonly<Record<string, Flag>> = {
  quiet: { type: 'boolean', short: 'q', describe: 'print results only' },
  color: { type: 'boolean', describe: 'colours in the terminal (--no-color: none)' },
  progress: { type: 'boolean', describe: 'progress on standard error (--no-progress: none)' },
  help: { type: 'boolean', short: 'h', describe: 'this text' },
}
