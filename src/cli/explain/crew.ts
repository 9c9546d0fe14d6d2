/**
 * Worker processes that share the images of one command. A worker that dies is replaced; what it had in hand is tried once more,
 * alone in a worker, so that an image is blamed only for a death that nothing else can have caused.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { FoveaError } from '../../error/index.ts'
import type { Answer } from './job.ts'
import { errorOf, type FromWorker, type OpenedModel, type Opening, type Task, type ToWorker } from './messages.ts'

export type Outcome = { readonly answer: Answer } | { readonly error: Error }

export interface CrewOptions {
  readonly workers: number
  /** Threads that each worker gives to an operator. */
  readonly threads: number
  /** The command line after `fovea explain`. */
  readonly words: readonly string[]
  readonly opening: Opening
  /** Called once, when the first worker has opened the model. */
  onOpen(model: OpenedModel, notes: readonly string[]): void
  onProgress(task: Task, method: string, done: number, total: number): void
  /** An image is done, or has failed for good. */
  onSettled(task: Task): void
}

interface Member {
  readonly child: ChildProcess
  opened: boolean
  readonly busy: Map<number, Task>
}

/** While one image is computed, the next is read and the last is written. */
const inHand = 3
/**
 * An image leaves megabytes of pixels behind, and Node would look through a worker's heap for garbage every eight images: in MiB, what may
 * lie about until it does.
 */
const roomy = ['--min-semi-space-size=32', '--max-semi-space-size=32', '--initial-old-space-size=256']
/** Milliseconds for what is being written, before a worker is killed. */
const grace = 2000

export class Crew {
  readonly #options: CrewOptions
  readonly #members = new Set<Member>()
  readonly #waiting: Task[] = []
  /** Images that were in the hands of a worker that died. */
  readonly #suspects = new Map<number, Task>()
  readonly #settle = new Map<number, (outcome: Outcome) => void>()
  #announced = false
  /** Workers in a row that died while they opened the model. */
  #stillborn = 0
  #closing = false
  #broken: Error | undefined
  readonly #kill = () => {
    for (const { child } of this.#members) child.kill('SIGKILL')
  }

  constructor(options: CrewOptions) {
    this.#options = options
    process.on('exit', this.#kill)
    for (let i = 0; i < options.workers; i++) this.#start()
  }

  /** What was in hand when a worker ended. */
  get suspects(): readonly Task[] {
    return [...this.#suspects.values()]
  }

  /** Resolves when the image is done or has failed for good. */
  do(task: Task): Promise<Outcome> {
    return new Promise((settle) => {
      if (this.#broken) return settle({ error: this.#broken })
      this.#settle.set(task.index, (outcome) => {
        this.#settle.delete(task.index)
        this.#options.onSettled(task)
        settle(outcome)
      })
      this.#waiting.push(task)
      this.#feed()
    })
  }

  /** Ends the workers: what is being written is finished first. */
  async close(): Promise<void> {
    this.#closing = true
    for (const { busy } of this.#members) for (const task of busy.values()) this.#suspects.set(task.index, task)
    const ends = [...this.#members].map(
      ({ child }) =>
        new Promise<void>((ended) => {
          if (child.exitCode !== null || child.signalCode !== null) return ended()
          const late = setTimeout(() => child.kill('SIGKILL'), grace)
          child.once('exit', () => {
            clearTimeout(late)
            ended()
          })
          if (child.connected) child.disconnect()
        }),
    )
    await Promise.all(ends)
    process.off('exit', this.#kill)
  }

  #start(): void {
    const { words, threads, opening } = this.#options
    const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), words, {
      env: { ...process.env, FOVEA_THREADS: String(threads) },
      stdio: ['ignore', 'ignore', process.env.FOVEA_DEBUG ? 'inherit' : 'ignore', 'ipc'],
      serialization: 'advanced',
      execArgv: [...process.execArgv, ...roomy],
    })
    const member: Member = { child, opened: false, busy: new Map() }
    this.#members.add(member)
    child.on('message', (message) => this.#hear(member, message as FromWorker))
    child.on('error', (cause) => {
      if (child.pid !== undefined) return
      this.#members.delete(member)
      this.abandon(
        new FoveaError('FOVEA_BACKEND', `No process can be started to run the model: ${cause.message}.`, {}, cause),
      )
    })
    // Not 'exit': messages may still be on their way then.
    child.on('close', (code, signal) => this.#bury(member, code, signal))
    this.#send(member, { opening })
  }

  #send({ child }: Member, message: ToWorker): void {
    // A worker that has died meanwhile is buried by its own event.
    if (child.connected) child.send(message, () => undefined)
  }

  #hear(member: Member, message: FromWorker): void {
    if (this.#closing) return
    if (message.kind === 'refused') return this.abandon(errorOf(message.failure))
    if (message.kind === 'opened') {
      member.opened = true
      this.#stillborn = 0
      if (!this.#announced) this.#options.onOpen(message.model, message.notes)
      this.#announced = true
      return this.#feed()
    }
    const task = member.busy.get(message.index)
    if (!task) return
    if (message.kind === 'progress') {
      this.#options.onProgress(task, message.method, message.done, message.total)
      return
    }
    member.busy.delete(task.index)
    this.#settle.get(task.index)?.(
      message.kind === 'done' ? { answer: message.answer } : { error: errorOf(message.failure) },
    )
    this.#feed()
  }

  #feed(): void {
    if (this.#waiting.length > 0 && this.#members.size === 0) this.#start()
    for (const member of this.#members)
      while (this.#waiting.length > 0 && member.opened && member.child.connected && member.busy.size < inHand) {
        const [next] = this.#waiting as [Task]
        const alone = this.#suspects.has(next.index)
        const occupied = [...member.busy.keys()].some((index) => this.#suspects.has(index))
        if (occupied || (alone && member.busy.size > 0)) break
        this.#waiting.shift()
        member.busy.set(next.index, next)
        this.#send(member, { task: next })
      }
  }

  #bury(member: Member, code: number | null, signal: NodeJS.Signals | null): void {
    this.#members.delete(member)
    if (this.#closing || this.#broken) return
    const how = signal ? `was ended by ${signal}` : `ended with exit status ${code}`
    if (!member.opened && ++this.#stillborn > this.#options.workers)
      return this.abandon(
        new FoveaError(
          'FOVEA_CRASH',
          `The process that opens the model ${how} ${this.#stillborn} times; ${advice(signal)}.`,
          { got: signal ?? String(code) },
        ),
      )
    for (const task of [...member.busy.values()].reverse())
      if (this.#suspects.has(task.index)) this.#settle.get(task.index)?.({ error: crash(task, how, signal, code) })
      else {
        this.#suspects.set(task.index, task)
        this.#waiting.unshift(task)
      }
    if (this.#waiting.length > 0) this.#start()
    this.#feed()
  }

  /** Ends every image that is not done with this error. */
  abandon(error: Error): void {
    this.#broken ??= error
    this.#waiting.length = 0
    for (const settle of [...this.#settle.values()]) settle({ error: this.#broken })
  }
}

function crash({ name }: Task, how: string, signal: NodeJS.Signals | null, code: number | null): FoveaError {
  return new FoveaError(
    'FOVEA_CRASH',
    `${name}: the process that ran the model on it ${how}, twice; ${advice(signal)}.`,
    {
      file: name,
      got: signal ?? String(code),
    },
  )
}

/** SIGKILL is what the system ends a process with that takes too much memory, SIGABRT what Node does itself. */
const advice = (signal: NodeJS.Signals | null) =>
  signal === 'SIGKILL' || signal === 'SIGABRT'
    ? 'memory may have run out: try a smaller --size, or fewer processes with FOVEA_WORKERS=1'
    : 'the model makes ONNX Runtime crash: try --device wasm, which can say why'
