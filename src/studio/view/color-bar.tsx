/** What the colours mean: the bar with its ends, and zero where the scale has two sides. */

import { useEffect, useRef } from 'preact/hooks'
import { colormap } from '../../image/index.ts'
import type { PaintedScale } from '../pictures/messages.ts'
import { figure } from '../state/hover.ts'

export function ColorBar({ scale }: { scale: PaintedScale }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { colormap: name, min, max, zero } = scale
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const table = colormap(name)
    const row = new ImageData(256, 1)
    for (let i = 0; i < 256; i++) row.data.set([...table.subarray(3 * i, 3 * i + 3), 255], 4 * i)
    context.putImageData(row, 0, 0)
  }, [name])
  return (
    <div class="scale">
      <canvas
        ref={canvas}
        width="256"
        height="1"
        role="img"
        aria-label={`Colour map ${name} from ${figure(min)} to ${figure(max)}`}
      />
      <div class="ends">
        <span>{figure(min)}</span>
        {zero !== null && <span>0</span>}
        <span>{figure(max)}</span>
      </div>
    </div>
  )
}
