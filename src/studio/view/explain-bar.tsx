/** What is explained, for all panels: a class, the difference of two, or a target in the target language. */

import { useState } from 'preact/hooks'
import { predictions } from '../state/answers.ts'
import { model } from '../state/models.ts'
import { againstClass, chosenClass, target } from '../state/panels.ts'
import { IconButton, TextField } from './controls.tsx'
import { Icon } from './icons.tsx'

export const labelOf = (index: number) => model.value?.labels?.[index] ?? `class ${index}`

export function ExplainBar() {
  const classes = model.value?.classes ?? 0
  return (
    <div class="bar">
      <div class="explains">
        <span class="grey">explains</span>
        <Explained />
      </div>
      <span class="spring" />
      {classes > 0 && <ClassSearch />}
      <TextField
        id="target"
        class="target-field mono"
        label="Target: what is explained, in the target language"
        placeholder={model.value?.usual ? 'target, e.g. prob[top]' : 'target, e.g. y[0]'}
        value={target.value}
        onChange={(text) => (target.value = text)}
      />
    </div>
  )
}

function Explained() {
  const [chosen, against] = [chosenClass.value, againstClass.value]
  if (target.value.trim())
    return (
      <span class="chip">
        <span class="cut mono">{target.value}</span>
        <IconButton icon="close" label="Explain the class again" onPress={() => (target.value = '')} />
      </span>
    )
  if (chosen === null) {
    const top = predictions.value?.[0]
    const what = model.value?.classes === 0 ? (model.value.usual ?? 'no target yet') : 'the top class'
    return <strong class="cut">{top && model.value?.classes ? `${top.label} (top class)` : what}</strong>
  }
  return (
    <>
      <span class="chip">
        <span class="cut">{labelOf(chosen)}</span>
        <IconButton
          icon="close"
          label={`Explain the top class instead of ${labelOf(chosen)}`}
          onPress={() => {
            chosenClass.value = null
            againstClass.value = null
          }}
        />
      </span>
      {against !== null && (
        <>
          <span class="grey">rather than</span>
          <span class="chip">
            <span class="cut">{labelOf(against)}</span>
            <IconButton icon="close" label="No difference" onPress={() => (againstClass.value = null)} />
          </span>
        </>
      )}
    </>
  )
}

const most = 40

/** Finds a class by a part of its name or by its number. */
function ClassSearch() {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const classes = model.value?.classes ?? 0
  const found = text === '' ? [] : matches(text, classes)
  const choose = (index: number | undefined) => {
    if (index === undefined) return
    target.value = ''
    chosenClass.value = index
    againstClass.value = null
    setText('')
    document.getElementById('class-search')?.blur()
  }
  return (
    <div class="class-search">
      <Icon name="search" />
      <input
        id="class-search"
        class="field"
        role="combobox"
        aria-label="Find a class to explain"
        aria-expanded={found.length > 0}
        aria-controls="class-options"
        aria-activedescendant={found.length > 0 ? `class-option-${found[at]}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="find a class"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onBlur={() => setTimeout(() => setText(''), 150)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') choose(found[at])
          else if (event.key === 'Escape') setText('')
          else if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      {text !== '' && (
        <div class="options" role="listbox" id="class-options" aria-label="Classes">
          {found.length === 0 && <p class="grey small">No class is called like that.</p>}
          {found.map((index, i) => (
            <div
              key={index}
              id={`class-option-${index}`}
              role="option"
              aria-selected={i === at}
              onMouseDown={() => choose(index)}
            >
              <span class="cut">{labelOf(index)}</span>
              <span class="grey">{index}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

/** Names that begin with the text come first. */
function matches(text: string, classes: number): number[] {
  const wanted = text.trim().toLowerCase()
  const all = Array.from({ length: classes }, (_, i) => i)
  if (/^\d+$/.test(wanted)) return all.filter((i) => String(i).startsWith(wanted)).slice(0, most)
  const place = (i: number) => labelOf(i).toLowerCase().indexOf(wanted)
  return all
    .filter((i) => place(i) >= 0)
    .sort((a, b) => place(a) - place(b) || a - b)
    .slice(0, most)
}
