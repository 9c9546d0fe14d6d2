/** The panels side by side: what each one is to show. What came of it is in run.ts. */

import { computed, signal } from '@preact/signals'
import type { Options } from '../engine/messages.ts'
import { imageId, images } from './images.ts'
import { methods, modelKey, models } from './models.ts'

/** Undefined fields follow what is chosen for the whole page. */
export interface PanelSpec {
  readonly method: string
  readonly options: Options
  /** A peer whose numbers are wanted. */
  readonly like?: string
  /** Pictures beside the photograph, by what the method calls them. */
  readonly pictures?: Readonly<Record<string, string>>
  readonly layer?: string
  readonly target?: string
  readonly class?: number
  readonly model?: string
}

export interface Panel extends PanelSpec {
  readonly id: string
}

export const panels = signal<readonly Panel[]>([])
export const selected = signal<string | null>(null)
export const selectedPanel = computed(
  () => panels.value.find(({ id }) => id === selected.value) ?? panels.value[0] ?? null,
)

/** The class that is explained; null is each image's top class. */
export const chosenClass = signal<number | null>(null)
/** Against which other class: the target is then the difference of the two. */
export const againstClass = signal<number | null>(null)
/** A target in the target language, instead of a class. */
export const target = signal('')

let last = 0

export function addPanel(spec: PanelSpec, select = true): Panel {
  const panel = { ...spec, id: `panel-${++last}` }
  panels.value = [...panels.value, panel]
  if (select) selected.value = panel.id
  return panel
}

export function changePanel(id: string, change: Partial<PanelSpec>): void {
  panels.value = panels.value.map((panel) => (panel.id === id ? { ...panel, ...change } : panel))
}

export function removePanel(id: string): void {
  const at = panels.value.findIndex((panel) => panel.id === id)
  panels.value = panels.value.filter((panel) => panel.id !== id)
  if (selected.value === id) selected.value = (panels.value[at] ?? panels.value[at - 1])?.id ?? null
}

export function movePanel(id: string, before: string): void {
  const moved = panels.value.find((panel) => panel.id === id)
  if (!moved || id === before) return
  const rest = panels.value.filter((panel) => panel.id !== id)
  const to = panels.value.findIndex((panel) => panel.id === before)
  rest.splice(to, 0, moved)
  panels.value = rest
}

export const methodOf = ({ method }: PanelSpec) => methods.value.find(({ name }) => name === method) ?? null
export const modelOf = ({ model }: PanelSpec) =>
  models.value.find(({ key }) => key === (model ?? modelKey.value)) ?? null

/** The target that the whole page speaks of, as the engine takes it. */
export function commonTarget(): { target: string | undefined; class: number | undefined } {
  if (target.value.trim() !== '') return { target: target.value.trim(), class: undefined }
  const [chosen, against] = [chosenClass.value, againstClass.value]
  if (chosen !== null && against !== null) return { target: `logits[${chosen}] - logits[${against}]`, class: undefined }
  return { target: undefined, class: chosen ?? undefined }
}

/** What a panel is to show, whole; null while there is no model or photograph. */
export interface Wanted {
  readonly model: string
  readonly image: string
  readonly method: string
  readonly options: Options
  readonly like: string | undefined
  readonly pictures: Readonly<Record<string, string>> | undefined
  readonly layer: string | undefined
  readonly target: string | undefined
  readonly class: number | undefined
}

export function wantedBy(panel: PanelSpec, image = imageId.value): Wanted | null {
  const model = panel.model ?? modelKey.value
  if (!model || !image || !images.value.some(({ id }) => id === image)) return null
  const own = panel.target !== undefined || panel.class !== undefined
  const { target, class: chosen } = own ? { target: panel.target, class: panel.class } : commonTarget()
  const classless = modelOf(panel)?.classes === 0
  return {
    model,
    image,
    method: panel.method,
    options: panel.options,
    like: panel.like,
    pictures: panel.pictures,
    layer: methodOf(panel)?.at === 'image' ? undefined : panel.layer,
    target,
    class: classless || target !== undefined ? undefined : chosen,
  }
}
