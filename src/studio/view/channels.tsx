/** All channels of a layer as a grid, the strongest first; one of them large, over the photograph and by a method. */

import { signal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Activations, Explained, Inspection } from '../engine/messages.ts'
import type { Tiles } from '../pictures/tiles.ts'
import { channels, showChannels } from '../state/channels.ts'
import { figure } from '../state/hover.ts'
import { picture } from '../state/images.ts'
import { methods, model, modelKey } from '../state/models.ts'
import { background, resultOf } from '../state/run.ts'
import { Select } from './controls.tsx'
import { Painting } from './panel.tsx'
import { Frame } from './picture.tsx'
import { Ring } from './ring.tsx'

type Layer = Inspection['layers'][number]

const chosenChannel = signal<number | null>(null)
const viewMethod = signal<string | null>(null)

export function Channels({ layer }: { layer: Layer }) {
  useSignalEffect(() => {
    chosenChannel.value = null
    if (modelKey.value && picture.value) void showChannels(modelKey.value, picture.value.id, layer.name)
  })
  const { activations, tiles, failure } = channels.value
  if (failure) return <p class="failed-text nothing">{failure}</p>
  if (!activations || !tiles || activations.layer !== layer.name)
    return (
      <div class="nothing">
        <Ring share={null} says="running the model" />
      </div>
    )
  const channel = chosenChannel.value ?? tiles.order[0]?.channel ?? 0
  return (
    <>
      <ChannelDetail layer={layer} activations={activations} channel={channel} />
      <p class="grid-title grey small">
        {activations.channels} channels, {activations.height} × {activations.width}, the strongest first; each with its
        own scale
      </p>
      <TileGrid tiles={tiles} chosen={channel} />
    </>
  )
}

const gap = 4

/** Only the rows in sight are drawn, from one bitmap that holds all tiles. */
function TileGrid({ tiles, chosen }: { tiles: Tiles; chosen: number }) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { order, columns, width, height, bitmap } = tiles
  const geometry = () => {
    const room = box.current?.clientWidth ?? 0
    const across = Math.max(3, Math.floor((room + gap) / (64 + gap)))
    const side = (room - gap * (across - 1)) / across
    const tall = Math.max(12, side * Math.min(2, height / width))
    return { across, side, tall, rows: Math.ceil(order.length / across) }
  }
  const draw = () => {
    const [target, scroller] = [canvas.current, box.current]
    const context = target?.getContext('2d')
    if (!target || !scroller || !context) return
    const { across, side, tall, rows } = geometry()
    const ratio = devicePixelRatio
    target.width = scroller.clientWidth * ratio
    target.height = scroller.clientHeight * ratio
    const spacer = scroller.firstElementChild as HTMLElement
    spacer.style.height = `${rows * (tall + gap)}px`
    context.scale(ratio, ratio)
    context.imageSmoothingEnabled = false
    const first = Math.floor(scroller.scrollTop / (tall + gap))
    const last = Math.min(rows - 1, Math.ceil((scroller.scrollTop + scroller.clientHeight) / (tall + gap)))
    for (let place = first * across; place < Math.min(order.length, (last + 1) * across); place++) {
      const x = (place % across) * (side + gap)
      const y = Math.floor(place / across) * (tall + gap) - scroller.scrollTop
      const left = (place % columns) * width
      const top = Math.floor(place / columns) * height
      context.drawImage(bitmap, left, top, width, height, x, y, side, tall)
      if (order[place]?.channel !== chosen) continue
      context.strokeStyle = getComputedStyle(target).color
      context.lineWidth = 3
      context.strokeRect(x + 1.5, y + 1.5, side - 3, tall - 3)
    }
  }
  useEffect(() => {
    draw()
    const observer = new ResizeObserver(draw)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [tiles, chosen])
  const choose = (event: MouseEvent) => {
    const target = canvas.current?.getBoundingClientRect()
    if (!target || !box.current) return
    const { across, side, tall } = geometry()
    const column = Math.floor((event.clientX - target.left) / (side + gap))
    const row = Math.floor((event.clientY - target.top + box.current.scrollTop) / (tall + gap))
    const found = order[row * across + Math.min(across - 1, column)]
    if (found) chosenChannel.value = found.channel
  }
  const step = (event: KeyboardEvent) => {
    const { across } = geometry()
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const place = order.findIndex(({ channel }) => channel === chosen) + by
    const next = order[place]
    if (next) chosenChannel.value = next.channel
  }
  return (
    <div
      class="tiles"
      tabIndex={0}
      role="application"
      aria-label={`Channels; chosen: ${chosen}. Arrow keys choose.`}
      onKeyDown={step}
    >
      <canvas ref={canvas} />
      <div class="tiles-scroll" ref={box} onScroll={draw} onClick={choose}>
        <div />
      </div>
    </div>
  )
}

function ChannelDetail(props: { layer: Layer; activations: Activations; channel: number }) {
  const { layer, activations, channel } = props
  const shown = picture.value
  const { height, width, data, seen } = activations
  const values = data.subarray(channel * height * width, (channel + 1) * height * width)
  const raw = { height, width, data: values }
  const minimum = values.reduce((a, b) => Math.min(a, b), Infinity)
  const maximum = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const explained = asExplained(raw, seen, minimum, maximum)
  if (!shown) return null
  return (
    <div class="channel">
      <figure>
        <Frame label={`Channel ${channel} over the photograph`} picture={shown} explained={explained}>
          <Painting explained={explained} picture={shown} onScale={() => undefined} />
        </Frame>
        <figcaption class="caption">
          channel {channel} · {figure(minimum)} to {figure(maximum)}
        </figcaption>
      </figure>
      <ChannelByMethod layer={layer} channel={channel} />
    </div>
  )
}

/** Painted like a heatmap; nothing about it is certified. */
function asExplained(raw: Explained['raw'], seen: Activations['seen'], minimum: number, maximum: number): Explained {
  const certificate = { seen, minimum, maximum } as Explained['certificate']
  return { raw, certificate, display: minimum < 0 ? 'signed' : 'positive', best: [], ms: 0, notes: [] }
}

/** What in the image drives the channel: its mean as the target of a method that looks at the image. */
function ChannelByMethod({ layer, channel }: { layer: Layer; channel: number }) {
  const shown = picture.value
  const atImage = methods.value.filter(({ at }) => at === 'image')
  // Guided backpropagation and the deconvnet were made for this question.
  const usual = atImage.find(({ name }) => /^(guided-backprop|deconv)/.test(name)) ?? atImage[0]
  const name = viewMethod.value ?? usual?.name
  const id = 'channel'
  useEffect(() => {
    const key = model.value?.key
    if (!shown || !key || !name) return
    const wanted = {
      model: key,
      image: shown.id,
      method: name,
      options: {},
      like: undefined,
      pictures: undefined,
      layer: undefined,
      target: targetOf(layer, channel),
      class: undefined,
    }
    background.value = [{ id, wanted: () => wanted }]
    return () => {
      background.value = []
    }
  }, [shown, name, layer.name, channel])
  const { explained, failure, busy, image } = resultOf(id).value
  if (!shown || !name) return null
  return (
    <figure>
      {explained && image === shown.id ? (
        <Frame label={`What drives channel ${channel}`} picture={shown} explained={explained} stale={busy !== null}>
          <Painting explained={explained} picture={shown} onScale={() => undefined} />
        </Frame>
      ) : (
        <div class="picture">
          <div class="frame">
            <div class={`blank ${failure ? 'failed' : ''}`}>
              {failure ? failure.message : <Ring share={null} says="computing" />}
            </div>
          </div>
        </div>
      )}
      <figcaption class="caption method-line">
        <Select
          id="channel-method"
          label="Method"
          value={name}
          choices={atImage.map((method) => [method.name, method.title] as const)}
          onChange={(next) => (viewMethod.value = next)}
        />
      </figcaption>
    </figure>
  )
}

/** The mean of one channel, in the axes that the value has in the file. */
function targetOf({ name, layout }: Layer, channel: number): string {
  const value = `layer(${JSON.stringify(name)})`
  const axes = layout.split(' ').filter((axis) => axis !== 'N')
  const place = axes.indexOf('C')
  if (place === 0) return `${value}[${channel}]`
  if (place > 0) return `mean(${value}[${[...Array(place).fill(':'), channel].join(', ')}])`
  return `mean(${value}[:, ${channel}])`
}
