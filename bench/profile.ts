/** Where a program's time goes, by operator, as ONNX Runtime's own profiler tells it. */

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
  readonly args?: { readonly op_name?: string }
}

const [unprofiled, profiled] = [3, 10]

/** The mean of ten runs after three, the costliest operator first. */
export async function profile(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
  fetches: readonly string[],
  threads: number,
): Promise<Share[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-profile-'))
  try {
    const session = await ort.InferenceSession.create(encodeModel(model, { inline: true }), {
      intraOpNumThreads: threads,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
      logSeverityLevel: 3,
    })
    const given = Object.entries(feeds).map(
      ([name, { dtype, data, dims }]) =>
        [name, new ort.Tensor(dtype as 'float32', data as Float32Array, dims)] as const,
    )
    for (let i = 0; i < unprofiled + profiled; i++) await session.run(Object.fromEntries(given), fetches)
    session.endProfiling()
    await session.release()
    const file = readdirSync(folder).find((name) => name.endsWith('.json')) as string
    return shares(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function shares(events: readonly Event[]): Share[] {
  const runs = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').slice(-profiled)
  const start = Math.min(...runs.map(({ ts }) => ts))
  const sums = new Map<string, { calls: number; ms: number }>()
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || ts < start || !name.endsWith('_kernel_time')) continue
    const operator = args?.op_name ?? name
    const sum = sums.get(operator) ?? { calls: 0, ms: 0 }
    sums.set(operator, { calls: sum.calls + 1, ms: sum.ms + dur / 1000 })
  }
  return [...sums]
    .map(([operator, { calls, ms }]) => ({ operator, calls: calls / runs.length, ms: ms / runs.length }))
    .toSorted((a, b) => b.ms - a.ms)
}
