/**
 * A process of its own for ONNX Runtime: a model can end the process that runs it, and must not end the command. It is started
 * with the words of the command, and is given images one by one; while one is computed the next is read and the last written.
 */

import { Worker } from 'node:worker_threads'
import { decodeImage } from '#platform'
import type { Screen } from '../command.ts'
import { explain } from '../commands/explain.ts'
import { amongMany, imageOf } from '../inputs.ts'
import { type Destination, destination } from '../outputs.ts'
import { parse } from '../parse.ts'
import { type Answer, deliver, explainImage, type Job, openJob, titleOf, type Watch } from './job.ts'
import { type FromWorker, failureOf, type Opening, type Task, type ToWorker } from './messages.ts'

const given = parse(explain, process.argv.slice(2))
const abort = new AbortController()
const running = new Set<Promise<void>>()

const say = (message: FromWorker) => void (process.connected && process.send?.(message))

/** In a terminal Ctrl-C comes to every process; what it means the command decides, and closes the channel. */
process.on('SIGINT', () => undefined)
process.on('disconnect', async () => {
  abort.abort()
  await Promise.allSettled(running)
  process.exit()
})
endWithParent()

/** A model that never returns does not hear that the channel is closed: a thread looks whether the command still lives. */
function endWithParent(): void {
  const code = `const parent = ${process.ppid}
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1000)`
  new Worker(code, { eval: true, execArgv: [], env: {} }).unref()
}

interface Open {
  readonly job: Job
  readonly screen: Opening
  readonly target: Destination
}

let open: Promise<Open> | undefined
/** Models are asked one image after the other; an image is read while the one before it is computed. */
let turn: Promise<unknown> = Promise.resolve()
let turnBefore: Promise<unknown> = turn

process.on('message', (message: ToWorker) => {
  if ('opening' in message) {
    open = start(message.opening)
    open.catch((error: unknown) => say({ kind: 'refused', failure: failureOf(error) }))
  } else if (open) {
    const { task } = message
    const work = open
      .then((opened) => one(opened, task))
      .then(
        (answer) => say({ kind: 'done', index: task.index, answer }),
        (error: unknown) => say({ kind: 'failed', index: task.index, failure: failureOf(error) }),
      )
    running.add(work)
    work.finally(() => running.delete(work))
  }
})

async function start(screen: Opening): Promise<Open> {
  const notes: string[] = []
  const silent: Screen = {
    ...screen,
    print: () => undefined,
    note: (text) => void notes.push(text),
    progress: false,
    signal: abort.signal,
    stoppable: () => abort.signal,
  }
  const job = await openJob(given, silent)
  const target = await destination(given.text('out'), given.text('format'), screen.images, job.explainers.length)
  say({ kind: 'opened', model: { name: job.vision.name, sha256: job.vision.hash }, notes })
  return { job, screen, target }
}

async function one({ job, screen, target }: Open, task: Task): Promise<Answer> {
  const { name, index } = task
  const title = titleOf(name)
  const read = () =>
    task.bytes ? decodeImage(task.bytes, { name: title }) : imageOf(name, { faults: new Map() }, title)
  const opened = turnBefore.then(read).catch(amongMany)
  // Its turn may come later than its failure.
  opened.catch(() => undefined)
  const computed = turn
    .then(() => opened)
    .then(async (image) => {
      abort.signal.throwIfAborted()
      const watch: Watch = ({ title: method }) => ({
        step: throttled((done: number, total: number) => say({ kind: 'progress', index, method, done, total })),
        end: () => undefined,
      })
      return explainImage(job, image, title, given, { signal: abort.signal, watch })
    })
  turnBefore = turn
  turn = computed.catch(() => undefined)
  const explanations = await computed
  return deliver(job, { ...task, many: true }, await opened, explanations, given, screen, target)
}

/** At most ten messages a second. */
function throttled<Words extends readonly unknown[]>(tell: (...words: Words) => void): (...words: Words) => void {
  let last = performance.now()
  return (...words) => {
    if (performance.now() - last < 100) return
    last = performance.now()
    tell(...words)
  }
}
