/** The terminal at hand: how many colours and columns, whether anybody watches, and Ctrl-C as an AbortSignal. */

import type { Given, Screen } from './command.ts'

export function openScreen(given: Given): Screen {
  const abort = new AbortController()
  let ending: AbortController | undefined
  const stop = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted || ending?.signal.aborted) process.exit(signal === 'SIGTERM' ? 143 : 130)
    const first = signal === 'SIGINT' && ending ? ending : abort
    first.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const quiet = given.on('quiet')
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void (quiet || process.stderr.write(`${text}\n`)),
    color: colors(),
    columns: process.stdout.columns ?? 80,
    quiet,
    progress: !quiet && !process.argv.includes('--no-progress'),
    signal: abort.signal,
    stoppable() {
      ending ??= new AbortController()
      return ending.signal
    },
  }
}

function colors(): Screen['color'] {
  const { NO_COLOR, FORCE_COLOR, TERM = '', COLORTERM = '' } = process.env
  if (process.argv.includes('--no-color') || NO_COLOR) return 'none'
  const forced = process.argv.includes('--color') || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0')
  if (!forced && (!process.stdout.isTTY || TERM === 'dumb' || FORCE_COLOR === '0')) return 'none'
  return /truecolor|24bit/.test(COLORTERM) || FORCE_COLOR === '3' || /kitty|alacritty|direct/.test(TERM)
    ? 'true'
    : '256'
}
