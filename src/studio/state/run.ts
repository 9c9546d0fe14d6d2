/** Keeps every panel up to date: one run at a time, the selected panel first, what nobody wants any more cancelled. */

import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Explained, ExplainRequest, Progress } from '../engine/messages.ts'
import type { RemoteError } from '../rpc.ts'
import { forgetSent, sendImage } from './images.ts'
import { engineReady, modelKey, restartEngine, stopFlag } from './models.ts'
import { say, view } from './page.ts'
import { methodOf, panels, selected, type Wanted, wantedBy } from './panels.ts'
import { fromStore, toStore } from './store.ts'
import { engine } from './workers.ts'

export interface Result {
  /** What `explained` shows; null before the first. */
  readonly shows: string | null
  readonly image: string | null
  readonly explained: Explained | null
  /** What runs or waits now. */
  readonly busy: 'waiting' | 'running' | null
  readonly progress: Progress | null
  /** What went wrong, and with what wish. */
  readonly failure: { readonly wish: string; readonly message: string; readonly cancelled: boolean } | null
}

const nothing: Result = { shows: null, image: null, explained: null, busy: null, progress: null, failure: null }

/** A place for results: a panel, or an image of the gallery. */
export interface Job {
  readonly id: string
  wanted(): Wanted | null
}

const results = new Map<string, Signal<Result>>()

export function resultOf(id: string): Signal<Result> {
  let result = results.get(id)
  if (!result) {
    result = signal(nothing)
    results.set(id, result)
  }
  return result
}

export const wishOf = (wanted: Wanted | null) => (wanted ? JSON.stringify(wanted) : null)

/** Jobs beside the panels, done when no panel waits: the gallery's. */
export const background = signal<readonly Job[]>([])

const jobs = computed((): readonly Job[] => {
  const inSight = view.value === 'explain' ? panels.value : []
  const all = inSight.map((panel): Job => ({ id: panel.id, wanted: () => (methodOf(panel) ? wantedBy(panel) : null) }))
  const first = all.filter(({ id }) => id === selected.value)
  return [...first, ...all.filter((job) => !first.includes(job)), ...background.value]
})

/** Whether what is shown is not what is wished for. */
export function isStale(result: Result, wanted: Wanted | null): boolean {
  return result.explained !== null && result.shows !== wishOf(wanted)
}

const isDue = ({ id, wanted }: Job) => {
  const wish = wishOf(wanted())
  const { shows, failure } = resultOf(id).peek()
  return wish !== null && shows !== wish && failure?.wish !== wish
}

let running: { readonly job: Job; readonly wish: string; readonly run: number; stopped: boolean } | null = null
let lastRun = 0

/** The panel whose run is under way, for whoever shows that the engine is busy. */
export const runningId = signal<string | null>(null)

/** Sees what is due whenever a wish changes; a burst of changes (a slider) counts as one. */
export function keepUpToDate(): void {
  let timer = 0
  effect(() => {
    for (const job of jobs.value) {
      const due = isDue({ ...job, wanted: () => job.wanted() })
      job.wanted()
      const result = resultOf(job.id)
      const { busy } = result.peek()
      if (due && busy === null) result.value = { ...result.peek(), busy: 'waiting' }
      if (!due && busy === 'waiting') result.value = { ...result.peek(), busy: null }
    }
    clearTimeout(timer)
    timer = window.setTimeout(next, running ? 60 : 0)
  })
}

function next(): void {
  if (running) {
    const { job, wish } = running
    const still = jobs.peek().find(({ id }) => id === job.id)
    if (!still || wishOf(still.wanted()) !== wish) stop('overtaken')
    return
  }
  const job = jobs.peek().find(isDue)
  if (job) void run(job, job.wanted() as Wanted)
}

async function run(job: Job, wanted: Wanted): Promise<void> {
  const wish = wishOf(wanted) as string
  const mine = { job, wish, run: ++lastRun, stopped: false }
  running = mine
  runningId.value = job.id
  const result = resultOf(job.id)
  const change = (part: Partial<Result>) => {
    result.value = { ...result.peek(), ...part }
  }
  change({ busy: 'running', progress: null, failure: null })
  try {
    const request: ExplainRequest = { ...wanted, run: mine.run }
    const explained = (await fromStore(wanted)) ?? (await compute(request, (progress) => change({ progress })))
    change({ shows: wish, image: wanted.image, explained, busy: null, progress: null })
    toStore(wanted, explained)
  } catch (error) {
    const { code, message } = error as RemoteError
    const cancelled = code === 'ABORTED'
    const abandoned =
      cancelled &&
      wishOf(
        jobs
          .peek()
          .find(({ id }) => id === job.id)
          ?.wanted() ?? null,
      ) !== wish
    change({ busy: null, progress: null, failure: abandoned ? null : { wish, message, cancelled } })
    // What ran out of memory keeps it, and may have left a trap behind: a fresh engine has neither.
    if (code === 'FOVEA_BACKEND') stopEngine()
  } finally {
    running = null
    runningId.value = null
    setTimeout(next)
  }
}

async function compute(request: ExplainRequest, news: (progress: Progress) => void): Promise<Explained> {
  await engineReady()
  for (const id of [request.image, ...Object.values(request.pictures ?? {})]) await sendImage(id)
  return engine.call<Explained>('explain', request, [], news)
}

/**
 * How long a run may take to notice that it is not wanted; then its worker is ended. A person who cancels does not like to
 * wait; a run that was only overtaken is mostly done before a fresh engine would be ready.
 */
const patience = { cancelled: 1200, overtaken: 6000 }

/** Stops the run under way. Between the steps of a run a shared number is enough; inside one step only ending the worker is. */
function stop(why: keyof typeof patience): void {
  const mine = running
  if (!mine || mine.stopped) return
  mine.stopped = true
  if (stopFlag) Atomics.store(stopFlag, 0, mine.run)
  setTimeout(
    () => {
      if (running === mine) stopEngine()
    },
    stopFlag ? patience[why] : 0,
  )
}

/** Ends whatever the engine does, opening a model included, and starts it again with the models that it had. */
export function stopEngine(): void {
  forgetSent()
  restartEngine().catch((error: Error) => say(error.message, 'error'))
}

/** The person's own cancel: the panel keeps its last picture until it is asked for again. */
export function cancel(id: string): void {
  if (running?.job.id === id) return stop('cancelled')
  const wish = wishOf(
    jobs
      .peek()
      .find((job) => job.id === id)
      ?.wanted() ?? null,
  )
  if (wish)
    resultOf(id).value = {
      ...resultOf(id).peek(),
      busy: null,
      failure: { wish, message: 'Cancelled.', cancelled: true },
    }
}

export function again(id: string): void {
  resultOf(id).value = { ...resultOf(id).peek(), failure: null, busy: 'waiting' }
  setTimeout(next)
}

/** The answers for the photograph in front: any panel's that is up to date with model and image. */
export const predictions = computed(() => {
  for (const panel of panels.value) {
    const { explained, image, shows } = resultOf(panel.id).value
    const wanted = wantedBy(panel)
    if (!explained || !shows || !wanted || image !== wanted.image) continue
    if ((JSON.parse(shows) as Wanted).model === wanted.model && wanted.model === modelKey.value) return explained.best
  }
  return null
})
