/** The status line: the pixel under the pointer, and what computes. */

import { figure, place, rankOf, valueAt } from '../state/hover.ts'
import { picture } from '../state/images.ts'
import { engineSays, model, webgpuSays } from '../state/models.ts'
import { statisticsFor } from '../state/paint.ts'
import { methodOf, panels } from '../state/panels.ts'
import { resultOf } from '../state/run.ts'

export function Status() {
  return (
    <footer class="status">
      <Pixel />
      <span class="right grey" title={webgpuSays.value}>
        {engineSays.value}
        {webgpuSays.value && <span class="hidden-text">{webgpuSays.value}</span>}
      </span>
    </footer>
  )
}

function Pixel() {
  const [at, photo] = [place.value, picture.value]
  if (!at || !photo) {
    const { width, height } = photo?.image ?? {}
    const facts = photo ? `${photo.name} · ${width} × ${height} px` : 'no photograph'
    return <span class="grey cut">{model.value ? facts : 'no model is open'}</span>
  }
  const index = 3 * (at.y * photo.image.width + at.x)
  const [r, g, b] = photo.image.data.subarray(index, index + 3)
  return (
    <>
      <span>
        x {at.x} y {at.y}
      </span>
      <span>
        <i class="swatch" style={{ background: `rgb(${r} ${g} ${b})` }} />
        {r} {g} {b}
      </span>
      {panels.value.map((panel) => {
        const { explained } = resultOf(panel.id).value
        const statistics = explained && statisticsFor(explained)
        if (!explained) return null
        const value = valueAt(explained, at)
        return (
          <span key={panel.id} class="cut">
            <span class="grey">{methodOf(panel)?.title} </span>
            {figure(value)}
            {statistics && !Number.isNaN(value) && (
              <span class="grey"> · top {Math.max(1, Math.ceil(100 * rankOf(value, statistics)))} %</span>
            )}
          </span>
        )
      })}
    </>
  )
}
