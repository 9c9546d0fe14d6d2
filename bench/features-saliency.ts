/** Bottom-up saliency at 640x480. It has no peer in OpenCV: the goal is a time. */

import { gbvs } from '../src/features/gbvs/index.ts'
import { ittiKoch, popOut } from '../src/features/itti-koch/index.ts'
import { spectralResidual } from '../src/features/spectral-residual/index.ts'
import { median, type Row, timed } from './features-clock.ts'

export function saliencyRows(): Row[] {
  const { image } = popOut('colour', 0)
  const warm = (run: () => unknown, times: number) => median(timed(run, times + 2).slice(2))
  return [
    { name: 'Itti-Koch, 640x480', own: warm(() => ittiKoch(image), 9), goal: 150 },
    { name: 'GBVS, 640x480', own: warm(() => gbvs(image), 3) },
    { name: 'spectral residual, 640x480', own: warm(() => spectralResidual(image), 9) },
  ]
}
