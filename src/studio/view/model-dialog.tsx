/** The open models: their facts and guesses; opening another. */

import { pick } from '../state/files.ts'
import { model, modelKey, models, openFailed, opening } from '../state/models.ts'
import { closeDialog } from '../state/page.ts'
import { Button, Modal } from './controls.tsx'
import { Icon } from './icons.tsx'

export function ModelDialog() {
  return (
    <Modal name="model" title="Model">
      {models.value.length > 1 && (
        <ul class="method-list">
          {models.value.map(({ key, name, classes }) => (
            <li key={key}>
              <button
                type="button"
                aria-current={key === modelKey.value ? 'true' : undefined}
                onClick={() => (modelKey.value = key)}
              >
                <strong>{name}</strong>
                <span class="grey small">{classes > 0 ? `${classes} classes` : 'no classes'}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {opening.value && <p class="grey">Opening {opening.value} …</p>}
      {openFailed.value && <p class="failed">{openFailed.value}</p>}
      <ModelFacts />
      <div class="empty-actions">
        <Button
          primary
          onPress={() => {
            closeDialog('model')
            pick('.onnx,.json,.txt,.data,.bin')
          }}
        >
          <Icon name="folder" /> Open an ONNX model
        </Button>
      </div>
      <p class="grey small">
        Its preset (<span class="mono">preset.json</span>), labels and external weights are taken along when you choose
        or drop them together. The file stays in this tab.
      </p>
    </Modal>
  )
}

function ModelFacts() {
  const shown = model.value
  if (!shown) return null
  const { inspection, notes, classes } = shown
  const { picture, operators, parameters, multiplyAdds, layers } = inspection
  const missing = operators.filter(({ gradient }) => gradient === 'missing')
  return (
    <>
      <dl class="facts">
        <dt>file</dt>
        <dd>
          {inspection.name} · opset {inspection.opset}
          {inspection.producer && ` · ${inspection.producer}`}
        </dd>
        <dt>picture</dt>
        <dd>
          {picture.height} × {picture.width}, {picture.channels === 3 ? 'colour' : 'grey'}, {picture.layout}, values{' '}
          {round(picture.range[0])} to {round(picture.range[1])}
        </dd>
        <dt>preset</dt>
        <dd>
          {picture.preset} ({picture.source})
        </dd>
        <dt>answers</dt>
        <dd>{classes > 0 ? `${classes} classes` : (inspection.target.usual ?? inspection.target.sayable)}</dd>
        <dt>size</dt>
        <dd>
          {big(parameters)} parameters · {big(multiplyAdds)} multiply-adds · {layers.length} layers with positions
        </dd>
        <dt>backward</dt>
        <dd>
          {missing.length === 0
            ? 'every operator has a rule'
            : `no rule for ${missing.map(({ operator }) => operator).join(', ')}`}
        </dd>
      </dl>
      {notes.map((note) => (
        <p key={note} class="note small">
          {note}
        </p>
      ))}
    </>
  )
}

const round = (value: number) => Number(value.toPrecision(3))

function big(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`
  return String(value)
}
