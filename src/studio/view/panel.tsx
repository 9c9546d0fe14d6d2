/** One heatmap with everything that it needs to be understood: title, picture, colour bar, caption, and its state. */

import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Explained } from '../engine/messages.ts'
import type { PaintedScale } from '../pictures/messages.ts'
import type { Picture } from '../state/images.ts'
import { modelKey } from '../state/models.ts'
import { sheetOpen } from '../state/page.ts'
import { painter, sharedMax, statisticsFor } from '../state/paint.ts'
import { methodOf, movePanel, type Panel, removePanel, selected, wantedBy } from '../state/panels.ts'
import { flipped, reading } from '../state/reading.ts'
import { again, cancel, isStale, type Result, resultOf, wishOf } from '../state/run.ts'
import { ColorBar } from './color-bar.tsx'
import { Button, IconButton } from './controls.tsx'
import { enlarge, enlarged } from './enlarged.ts'
import { pickMethod } from './explain.tsx'
import { Icon } from './icons.tsx'
import { Frame } from './picture.tsx'
import { Ring } from './ring.tsx'
import { captionOf, duration, statusWords } from './words.ts'

export function PanelCard({ panel, picture }: { panel: Panel; picture: Picture }) {
  const wish = wishOf(wantedBy(panel))
  const found = resultOf(panel.id).value
  // What went wrong with an earlier wish says nothing about this one.
  const result = found.failure?.wish === wish ? found : { ...found, failure: null }
  const method = methodOf(panel)
  const scale = useSignal<PaintedScale | null>(null)
  const title = method?.title ?? panel.method
  const current = result.image === picture.id ? result : { ...result, explained: null }
  const preview = result.busy === 'running' ? previewOf(result) : null
  const painted = preview ?? current.explained
  const stale = isStale(result, wantedBy(panel))
  const select = () => {
    selected.value = panel.id
  }
  return (
    <article
      class={`panel ${selected.value === panel.id ? 'selected' : ''} ${enlarged.value === panel.id ? 'enlarged' : ''}`}
      aria-label={title}
      aria-busy={!result.failure && (result.busy !== null || stale || !current.explained)}
      onFocusCapture={select}
      onPointerDown={select}
      draggable
      onDragStart={(event) => event.dataTransfer?.setData('fovea/panel', panel.id)}
      onDragOver={(event) => event.dataTransfer?.types.includes('fovea/panel') && event.preventDefault()}
      onDrop={(event) => {
        const moved = event.dataTransfer?.getData('fovea/panel')
        if (moved) movePanel(moved, panel.id)
      }}
    >
      <div class="panel-head">
        <h3 class="cut">
          <button
            type="button"
            class="panel-title"
            aria-label={`${title}: choose another method`}
            onClick={() => pickMethod(panel.id)}
          >
            <span class="cut">{title}</span>
            <Icon name="down" />
          </button>
        </h3>
        <Progress panel={panel} result={result} />
        <IconButton
          icon="sliders"
          class="hover-only sheet-button"
          label={`Parameters of ${title}`}
          onPress={() => (sheetOpen.value = true)}
        />
        <IconButton icon="close" class="hover-only" label={`Remove ${title}`} onPress={() => removePanel(panel.id)} />
      </div>
      <Frame
        label={labelFor(title, current.explained)}
        picture={picture}
        explained={current.explained}
        stale={stale && !preview}
        onOpen={() => enlarge(panel.id)}
      >
        {painted ? (
          <Painting explained={painted} picture={picture} onScale={(next) => (scale.value = next)} />
        ) : (
          <Blank result={result} />
        )}
        {current.explained && <Plate panel={panel} result={result} />}
      </Frame>
      {current.explained && scale.value && <ColorBar scale={scale.value} />}
      {current.explained && <Caption panel={panel} explained={current.explained} scale={scale.value} />}
    </article>
  )
}

function labelFor(title: string, explained: Explained | null): string {
  if (!explained) return title
  const { certificate } = explained
  return `${title} for ${certificate.label ?? certificate.objective}, heatmap from ${certificate.minimum.toPrecision(3)} to ${certificate.maximum.toPrecision(3)}`
}

export function Painting(props: { explained: Explained; picture: Picture; onScale: (scale: PaintedScale) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = useSignal(0)
  const latest = useRef(props)
  latest.current = props
  const paint = useRef<ReturnType<typeof painter> | null>(null)
  paint.current ??= painter(({ bitmap, scale }) => {
    const target = canvas.current
    if (!target) return
    target.width = bitmap.width
    target.height = bitmap.height
    target.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap)
    target.dataset.painted = 'yes'
    latest.current.onScale(scale)
  })
  const shows = useSignal(props.explained)
  shows.value = props.explained
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const pixels = (entry?.contentRect.width ?? 0) * Math.min(2, devicePixelRatio)
      width.value = Math.min(1280, Math.ceil(pixels / 32) * 32)
    })
    if (canvas.current?.parentElement) observer.observe(canvas.current.parentElement)
    return () => observer.disconnect()
  }, [])
  useSignalEffect(() => {
    const { raw, certificate, display } = shows.value
    // Asked for before anybody points at the picture.
    statisticsFor(shows.peek())
    if (width.value === 0) return
    paint.current?.({
      image: latest.current.picture.id,
      raw,
      seen: certificate.seen,
      kind: display,
      reading: reading.value,
      max: sharedMax.value,
      width: width.value,
    })
  })
  return (
    <>
      <canvas ref={canvas} aria-hidden="true" />
      {flipped.value && <img src={props.picture.url} alt="" />}
    </>
  )
}

function Progress({ panel, result }: { panel: Panel; result: Result }) {
  const { busy, progress, explained } = result
  if (busy === null) return <span class="time">{explained && !result.failure ? duration(explained.ms) : ''}</span>
  if (busy === 'waiting') return <span class="time">waiting</span>
  const share = progress?.phase === 'run' && progress.total > 0 ? progress.done / progress.total : null
  return (
    <span class="time ring-button">
      <Ring share={share} says={progress?.phase === 'compile' ? 'compiling' : undefined} />
      <IconButton icon="close" label="Cancel this run" onPress={() => cancel(panel.id)} />
    </span>
  )
}

/** The map so far, of a run that tells it. */
function previewOf({ progress }: Result): Explained | null {
  if (!progress?.preview) return null
  const { raw, display, seen } = progress.preview
  return { raw, display, certificate: { seen } as Explained['certificate'], best: [], ms: 0, notes: [] }
}

function Blank({ result }: { result: Result }) {
  const { failure, busy } = result
  if (failure && !failure.cancelled)
    return (
      <div class="blank failed" role="alert">
        {failure.message}
      </div>
    )
  if (failure?.cancelled) return <div class="blank">Cancelled.</div>
  return <div class="blank">{busy ? 'computing …' : modelKey.value ? '' : 'waiting for the model'}</div>
}

/** Words over the picture: what went wrong since, or what the map says in spite of its colours. */
function Plate({ panel, result }: { panel: Panel; result: Result }) {
  const { failure, explained } = result
  if (failure)
    return (
      <div class="plate" role="alert">
        <span>{failure.message}</span>
        <Button onPress={() => again(panel.id)}>Again</Button>
      </div>
    )
  const { certificate } = explained as Explained
  const says = statusWords(certificate)
  return says ? <div class="plate">{says}</div> : null
}

function Caption(props: { panel: Panel; explained: Explained; scale: PaintedScale | null }) {
  const [place, what] = captionOf(props.panel, props.explained, props.scale)
  return (
    <p class="caption">
      {place}
      <br />
      {what}
    </p>
  )
}
