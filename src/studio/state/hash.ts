/** The whole state of the page in the address, so that a link is a way back: written after every change, read at the start. */

import { effect } from '@preact/signals'
import type { Options } from '../engine/messages.ts'
import type { Reading } from '../pictures/messages.ts'
import { images, picture } from './images.ts'
import { methods } from './models.ts'
import { type View, view, views } from './page.ts'
import { againstClass, chosenClass, type Panel, type PanelSpec, panels, target } from './panels.ts'
import { reading, usual } from './reading.ts'

export interface Saved {
  readonly view: View
  readonly image: string | null
  readonly class: number | null
  readonly against: number | null
  readonly target: string
  readonly panels: readonly PanelSpec[]
  readonly reading: Reading
}

export function write(): string {
  const parts = new URLSearchParams()
  if (view.value !== 'explain') parts.set('view', view.value)
  if (picture.value && picture.value !== images.value[0]) parts.set('image', picture.value.name)
  if (chosenClass.value !== null) parts.set('class', String(chosenClass.value))
  if (againstClass.value !== null) parts.set('against', String(againstClass.value))
  if (target.value) parts.set('target', target.value)
  parts.set('panels', panels.value.map(panelText).join(';'))
  for (const [name, value] of Object.entries(reading.value))
    if (value !== usual[name as keyof Reading]) parts.set(name, String(value))
  return parts.toString().replace(/%2C/g, ',').replace(/%3B/g, ';').replace(/%3A/g, ':')
}

/** 'grad-cam,relu:false,@:layer': the method, the options that are not its defaults, and what is its own. */
function panelText({ method, options, like, layer, target: own, class: index }: Panel): string {
  const schema = methods.value.find(({ name }) => name === method)?.options ?? {}
  const changed = Object.entries(options).filter(([name, value]) => schema[name]?.default !== value)
  const extra = { ...Object.fromEntries(changed), '@like': like, '@layer': layer, '@target': own, '@class': index }
  const words = Object.entries(extra).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}:${encodeURIComponent(String(value))}`],
  )
  return [method, ...words].join(',')
}

/** What an address says; everything that it does not say, or says wrongly, is as usual. */
export function parse(hash: string): Saved {
  const parts = new URLSearchParams(hash.replace(/^#/, ''))
  const number = (name: string) => (/^\d+$/.test(parts.get(name) ?? '') ? Number(parts.get(name)) : null)
  return {
    view: views.find((name) => name === parts.get('view')) ?? 'explain',
    image: parts.get('image'),
    class: number('class'),
    against: number('against'),
    target: parts.get('target') ?? '',
    panels: (parts.get('panels') ?? '').split(';').filter(Boolean).map(panelOf),
    reading: Object.fromEntries(
      Object.entries(usual).map(([name, value]) => [name, valueLike(value, parts.get(name))]),
    ) as unknown as Reading,
  }
}

function panelOf(text: string): PanelSpec {
  const [method = '', ...words] = text.split(',')
  const pairs = words.map((word): [string, string] => {
    const at = word.indexOf(':')
    return [word.slice(0, at), decodeURIComponent(word.slice(at + 1))]
  })
  const own = new Map(pairs.filter(([name]) => name.startsWith('@')))
  const options = pairs.filter(([name]) => name !== '' && !name.startsWith('@'))
  const index = own.get('@class')
  return {
    method,
    options: Object.fromEntries(options.map(([name, value]) => [name, scalar(value)])) as Options,
    ...(own.has('@like') ? { like: own.get('@like') } : {}),
    ...(own.has('@layer') ? { layer: own.get('@layer') } : {}),
    ...(own.has('@target') ? { target: own.get('@target') } : {}),
    ...(index !== undefined && /^\d+$/.test(index) ? { class: Number(index) } : {}),
  }
}

function scalar(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

function valueLike<T>(like: T, text: string | null): T {
  if (text === null) return like
  if (typeof like === 'boolean') return (text === 'true') as T
  if (typeof like === 'number') return (Number.isFinite(Number(text)) ? Number(text) : like) as T
  return text as T
}

/** Keeps the address up to date; it does not fill the history. */
export function keepInHash(): void {
  let timer = 0
  effect(() => {
    const text = write()
    clearTimeout(timer)
    timer = window.setTimeout(() => history.replaceState(null, '', `#${text}`), 150)
  })
}
