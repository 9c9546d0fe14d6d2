/** Many photographs: what the model says of each, and a heatmap each. */

import { computed, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Explained } from '../engine/messages.ts'
import { pick, save } from '../state/files.ts'
import { imageId, images, type Picture } from '../state/images.ts'
import { methods } from '../state/models.ts'
import { view } from '../state/page.ts'
import { methodOf, type PanelSpec, panels, wantedBy } from '../state/panels.ts'
import { again, background, isStale, type Job, type Result, resultOf } from '../state/run.ts'
import { Button, Select, Slider } from './controls.tsx'
import { Empty } from './empty.tsx'
import { Icon } from './icons.tsx'
import { Painting } from './panel.tsx'
import { Ring } from './ring.tsx'
import { percent, statusWords } from './words.ts'

const chosenMethod = signal<string | null>(null)
const wantedText = signal('')
const atLeast = signal(0)
const order = signal<'name' | 'sure' | 'unsure' | 'class'>('name')

/** The first panel's method with its options, until another one is chosen here. */
const spec = computed((): PanelSpec | null => {
  const first = panels.value[0]
  if (!chosenMethod.value) return first ?? null
  return { method: chosenMethod.value, options: {} }
})

const jobOf = ({ id }: Picture): Job => ({
  id: `gallery-${id}`,
  wanted: () => (spec.value && methodOf(spec.value) ? wantedBy(spec.value, id) : null),
})

export function Gallery() {
  useEffect(() => {
    const stop = images.subscribe((all) => {
      background.value = all.map(jobOf)
    })
    return () => {
      stop()
      background.value = []
    }
  }, [])
  if (images.value.length === 0)
    return (
      <main class="single">
        <Empty />
      </main>
    )
  const cards = images.value.map((picture) => ({ picture, result: resultOf(`gallery-${picture.id}`).value }))
  const shown = cards.filter(({ result }) => passes(result)).sort(orders[order.value])
  const done = cards.filter(({ result }) => result.explained).length
  return (
    <main class="single">
      <div class="bar">
        <h2>
          {shown.length} of {cards.length} {cards.length === 1 ? 'photograph' : 'photographs'}
        </h2>
        {done < cards.length && <Ring share={done / cards.length} />}
        <span class="spring" />
        <Filters />
        <Button onPress={() => pick('', { folder: true })}>
          <Icon name="folder" /> Open a folder
        </Button>
        <Button onPress={() => save('fovea-gallery.csv', csv(cards), 'text/csv')}>
          <Icon name="take" /> CSV
        </Button>
      </div>
      <ul class="cards">
        {shown.map(({ picture, result }) => (
          <Card key={picture.id} picture={picture} result={result} />
        ))}
      </ul>
      {shown.length === 0 && <p class="grey nothing">No photograph passes the filter.</p>}
    </main>
  )
}

function Filters() {
  return (
    <div class="filters">
      <Select
        id="gallery-method"
        label="Method"
        value={spec.value?.method ?? ''}
        choices={methods.value.map(({ name, title }) => [name, title] as const)}
        onChange={(name) => (chosenMethod.value = name)}
      />
      <input
        class="field"
        aria-label="Only where the top class contains"
        placeholder="top class contains"
        value={wantedText.value}
        onInput={(event) => (wantedText.value = event.currentTarget.value)}
      />
      <label class="inline">
        <span class="grey">at least</span>
        <Slider
          id="gallery-least"
          label="Lowest confidence"
          value={atLeast.value}
          min={0}
          max={1}
          step={0.01}
          unit={{ show: (v) => `${Math.round(100 * v)} %`, parse: (text) => Number.parseFloat(text) / 100 }}
          onChange={(value) => (atLeast.value = value)}
        />
      </label>
      <Select
        id="gallery-order"
        label="Order"
        value={order.value}
        choices={[
          ['name', 'as opened'],
          ['sure', 'surest first'],
          ['unsure', 'least sure first'],
          ['class', 'by class'],
        ]}
        onChange={(next) => (order.value = next)}
      />
    </div>
  )
}

const top = (result: Result) => result.explained?.best[0]

function passes(result: Result): boolean {
  const best = top(result)
  if (!best) return wantedText.value === '' && atLeast.value === 0
  const fits = best.label.toLowerCase().includes(wantedText.value.trim().toLowerCase())
  return fits && (best.probability ?? 1) >= atLeast.value
}

type Shown = { readonly picture: Picture; readonly result: Result }
const sure = ({ result }: Shown) => top(result)?.probability ?? 0
const orders: Readonly<Record<'name' | 'sure' | 'unsure' | 'class', (a: Shown, b: Shown) => number>> = {
  name: () => 0,
  sure: (a, b) => sure(b) - sure(a),
  unsure: (a, b) => sure(a) - sure(b),
  class: (a, b) => (top(a.result)?.label ?? '').localeCompare(top(b.result)?.label ?? ''),
}

function Card({ picture, result }: Shown) {
  const best = top(result)
  const stale = isStale(result, jobOf(picture).wanted())
  const open = () => {
    imageId.value = picture.id
    view.value = 'explain'
  }
  return (
    <li>
      <button type="button" class={`card ${stale ? 'stale' : ''}`} onClick={open}>
        <span class="card-picture">
          <span
            class="frame"
            style={{ '--ratio': String(picture.image.width / picture.image.height), '--cap': '180px' }}
          >
            {result.explained ? (
              <Painting explained={result.explained} picture={picture} onScale={() => undefined} />
            ) : (
              <img src={picture.url} alt="" />
            )}
          </span>
        </span>
        <span class="card-line">
          <strong class="cut">{best ? best.label : result.failure ? 'failed' : '…'}</strong>
          {best?.probability != null && <span>{percent(best.probability)}</span>}
        </span>
        <span class="grey small cut">{said(picture, result.explained)}</span>
      </button>
      {result.failure && (
        <p class="failed-text small">
          {result.failure.message}{' '}
          <button type="button" class="link" onClick={() => again(`gallery-${picture.id}`)}>
            again
          </button>
        </p>
      )}
    </li>
  )
}

const said = ({ name }: Picture, explained: Explained | null) =>
  [name, explained && statusWords(explained.certificate)].filter(Boolean).join(' · ')

function csv(cards: readonly Shown[]): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = cards.flatMap(({ picture, result }) => {
    const best = top(result)
    if (!best || !result.explained) return []
    const { method, objective, status } = result.explained.certificate
    return [
      [
        quote(picture.name),
        best.class,
        quote(best.label),
        best.score,
        best.probability ?? '',
        method,
        objective,
        status,
      ].join(','),
    ]
  })
  return `${['file,class,label,score,probability,method,objective,status', ...rows].join('\n')}\n`
}
