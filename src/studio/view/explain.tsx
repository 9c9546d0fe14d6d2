/** The view that compares: the photograph and any number of heatmaps side by side. */

import { effect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { images, picture } from '../state/images.ts'
import { dialog, sheetOpen } from '../state/page.ts'
import { followSharedMax } from '../state/paint.ts'
import { panels } from '../state/panels.ts'
import { Empty } from './empty.tsx'
import { ExplainBar } from './explain-bar.tsx'
import { Icon } from './icons.tsx'
import { Inspector } from './inspector.tsx'
import { PanelCard } from './panel.tsx'
import { PhotoPanel } from './photo.tsx'
import { Rail } from './rail.tsx'

/** The dialog of methods changes this panel, or adds one. */
export const picking: { panel: string | null } = { panel: null }

export function pickMethod(panel: string | null): void {
  picking.panel = panel
  dialog.value = 'methods'
}

export function Explain() {
  useEffect(() => effect(() => void followSharedMax()), [])
  const shown = picture.value
  if (images.value.length === 0 || !shown) {
    return (
      <main class="work">
        <Rail />
        <div class="stage">
          <Empty />
        </div>
      </main>
    )
  }
  const ratio = { '--ratio': String(shown.image.width / shown.image.height) }
  return (
    <main class="work">
      <Rail />
      <div class="stage" style={ratio}>
        <ExplainBar />
        <div class="panels">
          <PhotoPanel picture={shown} />
          {panels.value.map((panel) => (
            <PanelCard key={panel.id} panel={panel} picture={shown} />
          ))}
          <button type="button" class="add-panel" onClick={() => pickMethod(null)}>
            <Icon name="plus" />
            Add a method
          </button>
        </div>
      </div>
      <aside class={`inspector ${sheetOpen.value ? 'open' : ''}`} aria-label="Parameters and reading">
        <Inspector />
      </aside>
    </main>
  )
}
