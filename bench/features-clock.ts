/** What the three feature benchmarks share: a claim's row, CPU time, and medians over interleaved rounds. */

export interface Row {
  readonly name: string
  /** CPU milliseconds, JIT and garbage collection included */
  readonly own: number
  readonly opencv?: number
  /** the largest ratio to OpenCV's time, or without OpenCV the most milliseconds */
  readonly goal?: number
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** CPU milliseconds of `times` runs. */
export function timed(run: () => unknown, times: number): number[] {
  return Array.from({ length: times }, () => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
}

interface Subject {
  readonly run: () => unknown
  /** what OpenCV's script calls it */
  readonly peer?: string
  readonly goal?: number
}

const rounds = 3

/** Rounds of OpenCV, then ours, so that a busy minute falls on both; each subject runs once unmeasured. */
export function compare(
  title: string,
  subjects: Readonly<Record<string, Subject>>,
  opencv: () => Readonly<Record<string, { readonly median: number }>>,
  times: number,
): Row[] {
  const own = Object.values(subjects).map(({ run }) => {
    run()
    return [] as number[]
  })
  const peer: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, time] of Object.entries(opencv())) {
      peer[name] ??= []
      peer[name].push(time.median)
    }
    Object.values(subjects).forEach(({ run }, i) => {
      own[i]?.push(...timed(run, times))
    })
  }
  return Object.entries(subjects).map(([name, { peer: called, goal }], i) => ({
    name: `${name}, ${title}`,
    own: median(own[i] ?? []),
    opencv: called === undefined ? undefined : median(peer[called] ?? []),
    goal,
  }))
}
