/** The `?` sheet: every key, in the groups in which one looks for them. */

import { Modal } from './controls.tsx'
import { keys } from './keys.ts'

export function Help() {
  const groups = [...new Set(keys.map(({ group }) => group))]
  return (
    <Modal name="help" title="Keyboard">
      <div class="key-groups">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys
                .filter((key) => key.group === group)
                .map(({ shown, says }) => (
                  <div key={says} class="key-row">
                    <dt>
                      {shown.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{says}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="grey small">
        Drop photographs, folders or an ONNX model anywhere; paste a picture. Everything is computed in this tab, and
        nothing is sent anywhere.
      </p>
    </Modal>
  )
}
