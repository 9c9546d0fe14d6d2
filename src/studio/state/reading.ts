/** How heatmaps are looked at, for all panels. */

import { signal } from '@preact/signals'
import type { Reading } from '../pictures/messages.ts'

export const usual: Reading = {
  colormap: 'auto',
  sign: 'auto',
  opacity: 0.8,
  threshold: 0,
  clip: 0,
  cells: false,
  contour: true,
  scale: 'separate',
}

export const reading = signal<Reading>(usual)

export function read(change: Partial<Reading>): void {
  reading.value = { ...reading.value, ...change }
}

/** While it is held, every panel is the photograph. */
export const flipped = signal(false)
