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

/** At least, and for at least so long. */
const [least, seconds] = [6, 5]

/** The costliest operator first. */
export async function profile(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
  fetches: readonly string[],
  threads = 1,
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
    const end = performance.now() + 1000 * seconds
    for (let i = 0; i < least || (i < 10 * least && performance.now() < end); i++)
      await session.run(Object.fromEntries(given), fetches)
    session.endProfiling()
    await session.release()
    const file = readdirSync(folder).find((name) => name.endsWith('.json')) as string
    return shares(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[])
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
