/** The catalogue of methods by family: find one, read what it asks, choose it. */

import { useState } from 'preact/hooks'
import type { MethodInfo } from '../engine/messages.ts'
import { methods } from '../state/models.ts'
import { closeDialog } from '../state/page.ts'
import { addPanel, changePanel, panels } from '../state/panels.ts'
import { Modal } from './controls.tsx'
import { picking } from './explain.tsx'

export function MethodPicker() {
  const [text, setText] = useState('')
  const changes = panels.value.find(({ id }) => id === picking.panel)
  const found = methods.value.filter((method) => fits(method, text)).sort((a, b) => place(a, text) - place(b, text))
  const choose = (method: MethodInfo | undefined) => {
    if (!method) return
    if (changes) changePanel(changes.id, { method: method.name, options: {}, like: undefined, pictures: undefined })
    else addPanel({ method: method.name, options: {} })
    closeDialog('methods')
  }
  const families = [...new Set(found.map(({ family }) => family))]
  return (
    <Modal name="methods" title={changes ? 'Another method' : 'Add a method'}>
      <input
        class="field"
        autofocus
        aria-label="Find a method"
        placeholder="find a method, a question, an author"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && choose(found[0])}
      />
      {found.length === 0 && <p class="grey">No method is like that.</p>}
      {families.map((family) => (
        <section key={family}>
          <h3 class="family">{family}</h3>
          <ul class="method-list">
            {found
              .filter((method) => method.family === family)
              .map((method) => (
                <li key={method.name}>
                  <button
                    type="button"
                    aria-current={method.name === changes?.method ? 'true' : undefined}
                    onClick={() => choose(method)}
                  >
                    <strong>{method.title}</strong>
                    <span class="grey small">
                      {{ layer: 'at a layer', image: 'at the image', either: 'at the image or a layer' }[method.at]}
                      {method.cost && ` · cost ${method.cost}`}
                    </span>
                    <span class="grey">{method.question}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Modal>
  )
}

function fits({ name, title, question, family, reference }: MethodInfo, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/)
  const all = [name, title, question, family, reference].join(' ').toLowerCase()
  return words.every((word) => all.includes(word))
}

/** Who types the beginning of a title means that method. */
const place = ({ title, name }: MethodInfo, text: string) =>
  text !== '' && [title, name].some((word) => word.toLowerCase().startsWith(text.toLowerCase())) ? 0 : 1
