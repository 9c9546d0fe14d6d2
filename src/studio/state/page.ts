/** What the page shows: the view, the theme, open dialogs, and what was last said to the person. */

import { effect, signal } from '@preact/signals'

export const views = ['explain', 'layers', 'gallery', 'features'] as const
export type View = (typeof views)[number]

export const view = signal<View>('explain')

export type Dialog = 'help' | 'take' | 'methods' | 'model' | 'camera'
export const dialog = signal<Dialog | null>(null)

/** Closes this dialog, and none that was opened meanwhile. */
export function closeDialog(name: Dialog): void {
  if (dialog.value === name) dialog.value = null
}

/** On small screens the inspector is a sheet from below. */
export const sheetOpen = signal(false)

export type Theme = 'auto' | 'light' | 'dark'
export const theme = signal<Theme>((localStorage.getItem('fovea.theme') as Theme | null) ?? 'auto')

effect(() => {
  document.documentElement.dataset.theme = theme.value
  localStorage.setItem('fovea.theme', theme.value)
})

/** One sentence for the person; errors stay until they are dismissed. */
export interface Notice {
  readonly kind: 'error' | 'note'
  readonly text: string
}

export const notice = signal<Notice | null>(null)
let timer = 0

export function say(text: string, kind: Notice['kind'] = 'note'): void {
  notice.value = { kind, text }
  clearTimeout(timer)
  if (kind === 'note') timer = window.setTimeout(() => (notice.value = null), 5000)
}

export const complain = (error: unknown) => say(error instanceof Error ? error.message : String(error), 'error')
