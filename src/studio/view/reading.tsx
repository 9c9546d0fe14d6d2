/** How heatmaps are looked at: colours, scale, threshold, and the spread of values. */

import { type Colormap, colormaps } from '../../image/index.ts'
import { clips, type Reading } from '../pictures/messages.ts'
import { selectedPanel } from '../state/panels.ts'
import { read, reading, usual } from '../state/reading.ts'
import { resultOf } from '../state/run.ts'
import { Row, Segments, Select, Slider, Switch } from './controls.tsx'
import { Histogram } from './histogram.tsx'

const percent = {
  show: (share: number) => `${Math.round(100 * share)} %`,
  parse: (text: string) => Number.parseFloat(text) / 100,
}

export function ReadingControls() {
  const now = reading.value
  const explained = selectedPanel.value && resultOf(selectedPanel.value.id).value.explained
  const changed = JSON.stringify(now) !== JSON.stringify(usual)
  return (
    <section class="section">
      <div class="section-head">
        <h3>Reading</h3>
        {changed && (
          <button type="button" class="link" onClick={() => read(usual)}>
            as usual
          </button>
        )}
      </div>
      {explained && <Histogram explained={explained} />}
      <Row name="scale">
        {() => (
          <Segments
            label="Scale"
            full
            value={now.scale}
            choices={[
              ['separate', 'separate'],
              ['shared', 'shared'],
            ]}
            onChange={(scale) => read({ scale })}
          />
        )}
      </Row>
      <Row name="values">
        {(id) => (
          <Select<Reading['sign']>
            id={id}
            value={now.sign}
            choices={[
              ['auto', 'as they are'],
              ['absolute', 'absolute'],
              ['positive', 'positive only'],
              ['negative', 'negative only'],
            ]}
            onChange={(sign) => read({ sign })}
          />
        )}
      </Row>
      <Row name="colours">
        {(id) => (
          <Select<Colormap | 'auto'>
            id={id}
            value={now.colormap}
            choices={[['auto', 'as suits the map'], ...colormaps]}
            onChange={(colormap) => read({ colormap })}
          />
        )}
      </Row>
      <Row name="opacity">
        {(id) => (
          <Slider
            id={id}
            label="opacity"
            value={now.opacity}
            min={0}
            max={1}
            step={0.01}
            unit={percent}
            onChange={(opacity) => read({ opacity })}
          />
        )}
      </Row>
      <Row name="threshold">
        {(id) => (
          <Slider
            id={id}
            label="threshold"
            value={now.threshold}
            min={0}
            max={0.99}
            step={0.01}
            unit={percent}
            onChange={(threshold) => read({ threshold })}
          />
        )}
      </Row>
      <Row name="clip">
        {(id) => (
          <Select
            id={id}
            value={String(now.clip)}
            choices={[
              ['0', 'as suits the map'],
              ...clips.map((clip) => [String(clip), clip === 1 ? 'none' : `${100 * clip} %`] as const),
            ]}
            onChange={(clip) => read({ clip: Number(clip) })}
          />
        )}
      </Row>
      <Row name="outline">{(id) => <Switch id={id} on={now.contour} onChange={(contour) => read({ contour })} />}</Row>
      <Row name="cells">{(id) => <Switch id={id} on={now.cells} onChange={(cells) => read({ cells })} />}</Row>
    </section>
  )
}
