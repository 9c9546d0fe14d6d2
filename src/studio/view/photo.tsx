/** The first panel: the photograph, what the model saw of it, and what it says. */

import { useComputed } from '@preact/signals'
import type { Prediction } from '../engine/messages.ts'
import { predictions } from '../state/answers.ts'
import type { Picture } from '../state/images.ts'
import { openFailed, opening } from '../state/models.ts'
import { againstClass, chosenClass, panels, target } from '../state/panels.ts'
import { resultOf } from '../state/run.ts'
import { Frame } from './picture.tsx'
import { percent } from './words.ts'

export function PhotoPanel({ picture }: { picture: Picture }) {
  const { image, name, url } = picture
  const seen = useComputed(() => {
    for (const { id } of panels.value) {
      const { explained, image: shown } = resultOf(id).value
      if (explained && shown === picture.id) return explained.certificate.seen
    }
    return null
  }).value
  const whole =
    seen && seen.x <= 0.5 && seen.y <= 0.5 && seen.width >= image.width - 1 && seen.height >= image.height - 1
  return (
    <article class="panel" aria-label="Photograph">
      <div class="panel-head">
        <h3 class="cut" title={name}>
          {name}
        </h3>
        <span class="time">
          {image.width} × {image.height}
        </span>
      </div>
      <Frame label={`Photograph ${name}`} picture={picture} explained={null}>
        <img src={url} alt={name} />
        {seen && !whole && (
          <div
            class="crop"
            style={{
              left: `${(100 * Math.max(0, seen.x)) / image.width}%`,
              top: `${(100 * Math.max(0, seen.y)) / image.height}%`,
              width: `${(100 * Math.min(seen.width, image.width)) / image.width}%`,
              height: `${(100 * Math.min(seen.height, image.height)) / image.height}%`,
            }}
          />
        )}
      </Frame>
      <Answers />
      {seen && (
        <p class="caption">{whole ? 'the model sees all of it' : 'the model sees what is in the dashed frame'}</p>
      )}
    </article>
  )
}

function Answers() {
  const best = predictions.value
  if (!best)
    return (
      <p class="caption" aria-live="polite">
        {opening.value ? `Opening ${opening.value} …` : (openFailed.value ?? 'The model has not answered yet.')}
      </p>
    )
  if (best.every(({ probability }) => probability === null)) return <Values values={best.slice(0, 5)} />
  return (
    <ol class="bars" aria-label="Best classes; choose one to explain it">
      {best.slice(0, 5).map((one, i) => (
        <ClassBar key={one.class} prediction={one} top={i === 0} />
      ))}
    </ol>
  )
}

function ClassBar({ prediction, top }: { prediction: Prediction; top: boolean }) {
  const { class: index, label, probability } = prediction
  const explicit = target.value.trim() !== ''
  const current = !explicit && (chosenClass.value === null ? top : chosenClass.value === index)
  const against = !explicit && againstClass.value === index
  const best = predictions.value?.[0]?.class
  const versus = () => {
    target.value = ''
    if (chosenClass.value === null) chosenClass.value = best ?? null
    againstClass.value = against ? null : index
  }
  const explain = () => {
    target.value = ''
    againstClass.value = null
    chosenClass.value = top ? null : index
  }
  return (
    <li>
      <button
        type="button"
        class="class-bar"
        aria-pressed={current}
        title={`Explain ${label} (${index})`}
        onClick={(event) => (event.shiftKey ? versus() : explain())}
      >
        <span class="cut">{label}</span>
        <span class="track">
          <i style={{ width: `${100 * (probability ?? 0)}%` }} />
        </span>
        <span class="share">{percent(probability ?? 0)}</span>
      </button>
      <button
        type="button"
        class="versus"
        aria-pressed={against}
        aria-label={`vs ${label}: why the explained class rather than this one`}
        title={`Why rather than ${label} (shift-click)`}
        disabled={current}
        onClick={versus}
      >
        {current ? '' : 'vs'}
      </button>
    </li>
  )
}

function Values({ values }: { values: readonly Prediction[] }) {
  return (
    <dl class="facts" style={{ marginTop: '6px' }}>
      {values.map(({ label, score }) => (
        <>
          <dt class="mono cut">{label}</dt>
          <dd>{Number(score.toPrecision(5))}</dd>
        </>
      ))}
    </dl>
  )
}
