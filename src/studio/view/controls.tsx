/** Controls: what can be pressed, dragged and typed into, the same everywhere. */

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { closeDialog, type Dialog } from '../state/page.ts'
import { Icon, type IconName } from './icons.tsx'

export function IconButton(props: {
  icon: IconName
  label: string
  onPress: (event: MouseEvent) => void
  class?: string
  pressed?: boolean
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
    </button>
  )
}

export function Button(props: {
  children: ComponentChildren
  onPress: () => void
  primary?: boolean
  disabled?: boolean
  label?: string
}) {
  return (
    <button
      type="button"
      class={`button ${props.primary ? 'primary' : ''}`}
      onClick={props.onPress}
      disabled={props.disabled}
      aria-label={props.label}
    >
      {props.children}
    </button>
  )
}

/** A name, its control, and what it does in small grey type. */
export function Row(props: { name: string; says?: string; children: (id: string) => ComponentChildren }) {
  const id = useId()
  return (
    <div class="row">
      <label for={id} class="cut" title={props.name}>
        {props.name}
      </label>
      {props.children(id)}
      {props.says && <p class="says grey small">{props.says}</p>}
    </div>
  )
}

/** A slider with its number beside it, which can be typed. */
export function Slider(props: {
  id: string
  value: number
  min: number
  max: number
  step: number
  label?: string
  onChange: (value: number) => void
  unit?: { show: (value: number) => string; parse: (text: string) => number }
}) {
  const { id, value, min, max, step, onChange } = props
  const show = props.unit?.show ?? String
  const parse = props.unit?.parse ?? Number
  const commit = (text: string) => {
    const typed = parse(text)
    if (Number.isFinite(typed)) onChange(Math.min(max, Math.max(min, typed)))
  }
  const slider = useRef<HTMLInputElement>(null)
  useEffect(() => {
    slider.current?.style.setProperty('--fill', `${(100 * (value - min)) / (max - min || 1)}%`)
  })
  return (
    <div class="slider">
      <input
        ref={slider}
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={show(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <input
        class="field"
        aria-label={`${props.label ?? ''} as a number`}
        value={show(value)}
        onChange={(event) => commit(event.currentTarget.value)}
      />
    </div>
  )
}

export function Switch(props: { id: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <input
      id={props.id}
      type="checkbox"
      role="switch"
      class="switch"
      checked={props.on}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  )
}

export function Select<T extends string>(props: {
  id: string
  label?: string
  value: T
  choices: readonly (T | readonly [value: T, shown: string])[]
  onChange: (value: T) => void
}) {
  return (
    <select
      id={props.id}
      aria-label={props.label}
      class="field"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value as T)}
    >
      {props.choices.map((choice) => {
        const [value, shown] = typeof choice === 'string' ? [choice, choice] : choice
        return (
          <option key={value} value={value} selected={value === props.value}>
            {shown}
          </option>
        )
      })}
    </select>
  )
}

/** A text that counts when it is finished, not at every letter. */
export function TextField(props: {
  id?: string
  value: string
  placeholder?: string
  label?: string
  class?: string
  onChange: (value: string) => void
}) {
  const [draft, setDraft] = useState(props.value)
  useEffect(() => setDraft(props.value), [props.value])
  return (
    <input
      id={props.id}
      class={`field ${props.class ?? ''}`}
      aria-label={props.label}
      placeholder={props.placeholder}
      spellcheck={false}
      autocomplete="off"
      value={draft}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  )
}

/** One of a few words. */
export function Segments<T extends string>(props: {
  label: string
  value: T
  choices: readonly (readonly [T, string])[]
  onChange: (value: T) => void
  full?: boolean
}) {
  return (
    <div class={`segments ${props.full ? 'full' : ''}`} role="group" aria-label={props.label}>
      {props.choices.map(([value, shown]) => (
        <button key={value} type="button" aria-pressed={value === props.value} onClick={() => props.onChange(value)}>
          {shown}
        </button>
      ))}
    </div>
  )
}

/**
 * A modal window; Escape and a click beside it close it. What is open is said by the page's state alone: the element
 * follows, for its own `close` event comes late, when the next dialog may be open.
 */
export function Modal(props: { name: Dialog; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const close = () => closeDialog(props.name)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close() // which gives the focus back
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClose={(event) => event.currentTarget.isConnected && close()}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="dialog-head">
        <h2>{props.title}</h2>
        <IconButton icon="close" label="Close" onPress={close} />
      </div>
      <div class="dialog-body" tabIndex={0}>
        {props.children}
      </div>
    </dialog>
  )
}
