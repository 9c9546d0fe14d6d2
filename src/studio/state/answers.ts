/** What the model says of the photograph in front: every heatmap brings it along; where none comes about, it is asked alone. */

import { computed, effect, signal } from '@preact/signals'
import type { Prediction } from '../engine/messages.ts'
import { imageId, sendImage } from './images.ts'
import { engineReady, modelKey } from './models.ts'
import { panels, type Wanted } from './panels.ts'
import { refused, resultOf } from './run.ts'
import { engine } from './workers.ts'

interface Answer {
  readonly model: string
  readonly image: string
  readonly best: readonly Prediction[]
}

const asked = signal<Answer | null>(null)

const brought = computed((): readonly Prediction[] | null => {
  for (const panel of panels.value) {
    const { explained, image, shows } = resultOf(panel.id).value
    if (!explained || !shows || image !== imageId.value) continue
    if ((JSON.parse(shows) as Wanted).model === modelKey.value) return explained.best
  }
  return null
})

export const predictions = computed((): readonly Prediction[] | null => {
  if (brought.value) return brought.value
  const alone = asked.value
  return alone && alone.model === modelKey.value && alone.image === imageId.value ? alone.best : null
})

/** Asks the model alone when an explanation failed and nothing else has told. */
export function askWhereRefused(): void {
  effect(() => {
    const wish = refused.value
    if (wish && predictions.peek() === null) void ask(wish.model, wish.image)
  })
}

async function ask(model: string, image: string): Promise<void> {
  try {
    await engineReady()
    await sendImage(image)
    const best = await engine.call<readonly Prediction[]>('predict', { model, image })
    if (best.length > 0) asked.value = { model, image, best }
  } catch {
    // The panels say already what is wrong.
  }
}
