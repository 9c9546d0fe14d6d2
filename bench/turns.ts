/** Contenders that take turns, so that whatever else the machine does hits all of them alike. Times in milliseconds. */

import { setTimeout as pause } from 'node:timers/promises'

export interface Contender {
  readonly label: string
  /** One run; returns its seconds. */
  run(): Promise<number>
}

export type Times = Readonly<Record<string, readonly number[]>>

/**
 * After a run, thread pools wait actively for more work and take the cores from the next contender: ONNX Runtime's for 2^20 turns,
 * 30 to 60 ms. (With 30 ms between them a small network's Grad-CAM took 1.3 to 1.8 forwards that takes 1.05.)
 */
const calm = 100

/**
 * Each round every contender has one turn, in an order that rotates: a run that is not counted (caches, clocks), then one that is.
 * After `seconds` no round is begun, but three there are always.
 */
export async function takeTurns(contenders: readonly Contender[], rounds: number, seconds: number): Promise<Times> {
  const times: Record<string, number[]> = Object.fromEntries(contenders.map(({ label }) => [label, []]))
  const end = performance.now() + 1000 * seconds
  for (let round = 0; round < rounds && (round < 3 || performance.now() < end); round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const { label, run } = contenders[(round + turn) % contenders.length] as Contender
      await pause(calm)
      await run()
      times[label]?.push(1000 * (await run()))
    }
  return times
}

/** The ratio of two contenders in each round. */
export function ratios(times: Times, of: string, to: string): number[] {
  return (times[of] ?? []).map((value, i) => value / (times[to]?.[i] as number))
}

/** Seconds of one call. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
