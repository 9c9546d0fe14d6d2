/**
 * Claims about bottom-up saliency, printed: Itti-Koch at 640x480 within 150 ms, and pop-out over 40 displays a kind.
 *   npx tsx bench/features-saliency.ts
 */

import { gbvs } from '../src/features/gbvs/index.ts'
import { displays, findsOddBar, ittiKoch, popOut } from '../src/features/itti-koch/index.ts'
import { spectralResidual } from '../src/features/spectral-residual/index.ts'

const count = 40

function best(run: () => unknown, repetitions = 8): number {
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  return Math.min(...times)
}

const { image } = popOut('colour', 0)
const rows: [string, number, string][] = [
  ['Itti-Koch, 640x480', best(() => ittiKoch(image)), '<= 150 ms'],
  ['GBVS, 640x480', best(() => gbvs(image), 4), ''],
  ['spectral residual, 640x480', best(() => spectralResidual(image)), ''],
]
for (const [name, time, claim] of rows) console.log(`${name.padEnd(28)} ${time.toFixed(0).padStart(5)} ms  ${claim}`)

console.log(`\nodd bar found, of ${count}   N(.)   plain average`)
for (const display of displays) {
  const hits = (normalization: 'peaks' | 'none') =>
    Array.from({ length: count }, (_, seed) => findsOddBar(display, seed, { normalization })).filter(Boolean).length
  console.log(`${display.padEnd(22)} ${String(hits('peaks')).padStart(4)}   ${String(hits('none')).padStart(4)}`)
}
