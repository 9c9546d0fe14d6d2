/** How many worker processes, of how many threads. */

import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { FoveaError } from '../../error/index.ts'
import type { Device } from '../../platform/index.ts'

export interface CrewSize {
  readonly workers: number
  readonly threads: number
}

/**
 * A process for each core, of one thread each: an operator split among threads waits for the slowest of them, images do not wait for
 * each other (`npm run bench:folder` measures both).
 * Fewer where images or memory do not suffice, each then of more threads; a graphics card is not shared. FOVEA_WORKERS overrides it.
 * @throws FoveaError FOVEA_USAGE for FOVEA_WORKERS that is no count
 */
export async function crewSize(images: number, model: string | undefined, device: Device): Promise<CrewSize> {
  const cores = availableParallelism()
  const asked = process.env.FOVEA_WORKERS
  if (asked !== undefined && !/^[1-9]\d*$/.test(asked))
    throw new FoveaError('FOVEA_USAGE', `FOVEA_WORKERS is a number of processes from 1, not '${asked}'.`)
  const most = asked === undefined ? Math.min(cores, await fitting(model)) : Number(asked)
  const workers = device === 'webgpu' ? 1 : Math.max(1, Math.min(images, most))
  return { workers, threads: Math.max(1, Math.floor(cores / workers)) }
}

/** What a worker takes, roughly: Node and ONNX Runtime, and the weights in the file, in our hands and in each session. */
async function fitting(model: string | undefined): Promise<number> {
  const bytes =
    model === undefined
      ? 0
      : await stat(model).then(
          ({ size }) => size,
          () => 0,
        )
  return Math.floor(process.availableMemory() / (400e6 + 6 * bytes))
}
