/**
 * Where a program's time goes, by operator, as ONNX Runtime's own profiler tells it: of each node the fastest of some runs. Other
 * processes slow some runs of a node down, hardly all: the sum holds on a busy machine, where whole runs say little.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeModel, type Model } from 'fovea/onnx'
import type { Tensor } from 'fovea/tensor'
import * as ort from 'onnxruntime-node'

export interface Share {
  readonly operator: string
  readonly calls: number
  /** Milliseconds in one run. */
  readonly ms: number
}

interface Event {
  readonly cat: string
  readonly name: string
  readonly ts: number
  readonly dur: number
  readonly args?: { readonly op_name?: string; readonly node_index?: string }
}

export interface Profiled {
  readonly label: string
  readonly model: Model
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly fetches: readonly string[]
}

/** Rounds: at least, at most, and for so many seconds a program. */
const [least, most, seconds] = [6, 60, 5]

/** Of each program the costliest operator first. The programs take turns: a machine's speed changes within seconds. */
export async function profile(programs: readonly Profiled[], threads = 1): Promise<Record<string, Share[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-profile-'))
  try {
    const open = async ({ model, feeds, fetches }: Profiled, i: number) => {
      const session = await ort.InferenceSession.create(encodeModel(model, { inline: true }), {
        intraOpNumThreads: threads,
        enableProfiling: true,
        profileFilePrefix: join(folder, `run${i}`),
        logSeverityLevel: 3,
      })
      const given = Object.entries(feeds).map(
        ([name, { dtype, data, dims }]) =>
          [name, new ort.Tensor(dtype as 'float32', data as Float32Array, dims)] as const,
      )
      return { session, run: () => session.run(Object.fromEntries(given), fetches) }
    }
    const opened = await Promise.all(programs.map(open))
    const end = performance.now() + 1000 * seconds * programs.length
    for (let round = 0; round < least || (round < most && performance.now() < end); round++)
      for (const { run } of opened) await run()
    for (const { session } of opened) {
      session.endProfiling()
      await session.release()
    }
    const files = readdirSync(folder)
    const events = (i: number) => {
      const file = files.find((name) => name.startsWith(`run${i}`)) as string
      return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[]
    }
    return Object.fromEntries(programs.map(({ label }, i) => [label, shares(events(i))]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function shares(events: readonly Event[]): Share[] {
  const fastest = new Map<string, { operator: string; ms: number }>()
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue
    const node = `${name} ${args?.node_index}`
    const ms = Math.min(dur / 1000, fastest.get(node)?.ms ?? Number.POSITIVE_INFINITY)
    fastest.set(node, { operator: args?.op_name ?? name, ms })
  }
  const sums = new Map<string, { calls: number; ms: number }>()
  for (const { operator, ms } of fastest.values()) {
    const sum = sums.get(operator) ?? { calls: 0, ms: 0 }
    sums.set(operator, { calls: sum.calls + 1, ms: sum.ms + ms })
  }
  return [...sums].map(([operator, sum]) => ({ operator, ...sum })).toSorted((a, b) => b.ms - a.ms)
}

/** Of all operators. */
export const inKernels = (list: readonly Share[]): number => list.reduce((sum, { ms }) => sum + ms, 0)
