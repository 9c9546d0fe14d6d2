/** The panel that fills the stage. */

import { signal } from '@preact/signals'

export const enlarged = signal<string | null>(null)

export const enlarge = (id: string) => {
  enlarged.value = enlarged.value === id ? null : id
}
