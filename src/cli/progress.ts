/** One line on standard error: how far, how fast, how long still; a line every 5 s where nobody can watch it move. */

export interface Progress {
  /** @param of default: the total that was announced */
  step(done: number, what: string, of?: number): void
  end(): void
}

export function openProgress(total: number, shown: boolean): Progress {
  if (!shown || total < 2) return { step: () => undefined, end: () => undefined }
  const live = process.stderr.isTTY === true && !process.env.CI
  const start = performance.now()
  let last = start
  return {
    step(done, what, of = total) {
      const now = performance.now()
      if (now - last < (live ? 100 : 5000) && done < of) return
      last = now
      const seconds = (now - start) / 1000
      const rate = done / seconds
      const left = done === 0 ? '' : `, ${Math.ceil((of - done) / rate)} s left`
      const line = `${done}/${of}  ${rate.toFixed(1)}/s${left}  ${what}`
      process.stderr.write(live ? `\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`)
    },
    end() {
      if (live) process.stderr.write('\r\u001b[2K')
    },
  }
}
