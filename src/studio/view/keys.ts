/** The keyboard: what every key does. The help sheet is drawn from it. */

import { colormaps } from '../../image/index.ts'
import { pick } from '../state/files.ts'
import { stepImage } from '../state/images.ts'
import { dialog, notice, sheetOpen, theme, view, views } from '../state/page.ts'
import { panels, removePanel, selected, selectedPanel } from '../state/panels.ts'
import { flipped, read, reading } from '../state/reading.ts'
import { again, cancel } from '../state/run.ts'
import { enlarge, enlarged } from './enlarged.ts'
import { pickMethod } from './explain.tsx'

interface Key {
  readonly group: 'Views' | 'Panels' | 'Reading' | 'Photographs and models'
  readonly on: readonly string[]
  readonly shown: readonly string[]
  readonly says: string
  readonly act: () => void
}

const key = (group: Key['group'], on: string, says: string, act: () => void, shown = [on]): Key => ({
  group,
  on: [on],
  shown,
  says,
  act,
})

function stepPanel(by: number): void {
  const all = panels.value
  const at = all.findIndex(({ id }) => id === selectedPanel.value?.id)
  selected.value = all[(at + by + all.length) % all.length]?.id ?? null
}

const onPanel = (act: (id: string) => void) => () => {
  if (selectedPanel.value) act(selectedPanel.value.id)
}

const focus = (id: string) => () => document.getElementById(id)?.focus()
const clamp = (value: number) => Math.round(100 * Math.min(1, Math.max(0, value))) / 100

function nextColormap(): void {
  const all = ['auto', ...colormaps] as const
  const at = all.indexOf(reading.value.colormap)
  read({ colormap: all[(at + 1) % all.length] })
}

export const keys: readonly Key[] = [
  ...views.map((name, i) =>
    key('Views', String(i + 1), name[0]?.toUpperCase() + name.slice(1), () => (view.value = name)),
  ),
  key('Views', 'd', 'take away: pictures, arrays, report, link', () => (dialog.value = 'take')),
  key('Views', 'b', 'light or dark', () => (theme.value = theme.value === 'dark' ? 'light' : 'dark')),
  key('Views', '?', 'this sheet', () => (dialog.value = 'help')),
  key('Views', 'Escape', 'close, dismiss', escape, ['Esc']),
  key('Panels', 'j', 'next panel', () => stepPanel(1)),
  key('Panels', 'k', 'previous panel', () => stepPanel(-1)),
  key('Panels', 'a', 'add a method', () => pickMethod(null)),
  key('Panels', 'm', 'another method in this panel', onPanel(pickMethod)),
  key('Panels', 'x', 'remove the panel', onPanel(removePanel)),
  key('Panels', 'z', 'enlarge the panel', onPanel(enlarge)),
  key('Panels', 'r', 'compute again', onPanel(again)),
  key('Panels', '.', 'cancel the run', onPanel(cancel)),
  key('Panels', 'c', 'find a class to explain', focus('class-search')),
  key('Panels', 't', 'type a target', focus('target')),
  key('Reading', ' ', 'hold: the photograph in every panel', () => (flipped.value = true), ['Space']),
  key('Reading', 's', 'shared or separate scale', () =>
    read({ scale: reading.value.scale === 'shared' ? 'separate' : 'shared' }),
  ),
  key('Reading', 'v', 'next colour map', nextColormap),
  key('Reading', 'g', 'cells or smooth', () => read({ cells: !reading.value.cells })),
  key('Reading', 'o', 'outline', () => read({ contour: !reading.value.contour })),
  key('Reading', '[', 'less opaque', () => read({ opacity: clamp(reading.value.opacity - 0.1) })),
  key('Reading', ']', 'more opaque', () => read({ opacity: clamp(reading.value.opacity + 0.1) })),
  key('Reading', '-', 'lower threshold', () => read({ threshold: clamp(reading.value.threshold - 0.05) })),
  key('Reading', '+', 'higher threshold', () =>
    read({ threshold: Math.min(0.95, clamp(reading.value.threshold + 0.05)) }),
  ),
  key('Photographs and models', 'ArrowRight', 'next photograph', () => stepImage(1), ['→']),
  key('Photographs and models', 'ArrowLeft', 'previous photograph', () => stepImage(-1), ['←']),
  key('Photographs and models', 'i', 'open photographs', () => pick('image/*')),
  key('Photographs and models', 'w', 'use the camera', () => (dialog.value = 'camera')),
  key('Photographs and models', 'p', 'the model', () => (dialog.value = 'model')),
]

function escape(): void {
  if (notice.value) notice.value = null
  else if (enlarged.value) enlarged.value = null
  else sheetOpen.value = false
}

/** Keys count where nobody types. */
export function pressed(event: KeyboardEvent): void {
  const { target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || event.defaultPrevented || dialog.value) return
  const element = target as HTMLElement
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
  if (typing && event.key === 'Escape') element.blur()
  if (typing) return
  if (event.key === ' ' && /^(BUTTON|A|SUMMARY)$/.test(element.tagName)) return
  const found = keys.find(({ on }) => on.includes(event.key))
  if (!found || event.repeat) return
  event.preventDefault()
  found.act()
}
