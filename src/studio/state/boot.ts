/** The first minute: what the server names, or the embedded model and its photographs; and the state of the address. */

import { batch } from '@preact/signals'
import { keepInHash, parse, type Saved } from './hash.ts'
import { addImage, examples, imageId, images } from './images.ts'
import { methods, modelKey, models, openModel, tryWebgpu } from './models.ts'
import { complain, view } from './page.ts'
import { addPanel, againstClass, chosenClass, type PanelSpec, panels, selected, target } from './panels.ts'
import { reading } from './reading.ts'
import { keepUpToDate, runningId } from './run.ts'
import { recall, remember } from './store.ts'
import { root } from './workers.ts'

interface Session {
  readonly model?: { readonly name: string; readonly url: string; readonly preset?: string }
  readonly images?: readonly { readonly name: string; readonly url: string }[]
}

export async function boot(): Promise<void> {
  const saved = parse(location.hash)
  const session = await readSession()
  restore(saved)
  const own = session.model
  const opened = own
    ? openModel(
        { source: new URL(own.url, root).href, ...(own.preset ? { preset: presetOf(own.preset) } : {}) },
        own.name,
      )
    : openEmbedded()
  const shown = loadImages(session, saved)
  keepUpToDate()
  const model = await opened
  if (!own && model) void remember({ methods: methods.value, model })
  if (panels.value.length === 0) firstPanels(saved.panels)
  await shown
  keepInHash()
  forgetClassesOfOldModels()
  whenIdle(tryWebgpu)
}

const presetOf = (preset: string) => (preset.endsWith('.json') ? new URL(preset, root).href : preset)

async function readSession(): Promise<Session> {
  try {
    const answer = await fetch(new URL('session.json', root))
    return answer.ok ? ((await answer.json()) as Session) : {}
  } catch (error) {
    complain(error)
    return {}
  }
}

function restore(saved: Saved): void {
  batch(() => {
    view.value = saved.view
    chosenClass.value = saved.class
    againstClass.value = saved.against
    target.value = saved.target
    reading.value = saved.reading
  })
}

/** A second visit shows what is known of the embedded model at once, while it is opened again. */
async function openEmbedded() {
  const preset = new URL('models/efficientnet-lite0/preset.json', root).href
  const opened = openModel({ source: undefined, preset }, 'efficientnet-lite0')
  const memory = await recall()
  if (memory && models.value.length === 0) {
    batch(() => {
      methods.value = memory.methods
      models.value = [memory.model]
      modelKey.value = memory.model.key
      firstPanels(parse(location.hash).panels)
    })
  }
  return opened
}

/** The photograph in front first; the others when it is there. */
async function loadImages(session: Session, saved: Saved): Promise<void> {
  const all = session.images ?? []
  examples.value = all.slice(0, 3)
  const first = all.find(({ name }) => name === saved.image) ?? all[0]
  const load = async ({ name, url }: { name: string; url: string }, show: boolean) => {
    const answer = await fetch(new URL(url, root))
    if (!answer.ok) return complain(new Error(`${name} cannot be read: the server answers ${answer.status}.`))
    await addImage(name, new Uint8Array(await answer.arrayBuffer()), url, show)
  }
  if (first) await load(first, true)
  const shown = imageId.value
  for (const image of all) if (image !== first) await load(image, false)
  images.value = all
    .flatMap(({ name }) => images.value.find((one) => one.name === name) ?? [])
    .concat(images.value.filter(({ name }) => !all.some((one) => one.name === name)))
  if (shown && imageId.value === null) imageId.value = shown
}

/** What the address asks for, or one method that looks at a layer and one that looks at the image, by the catalogue. */
function firstPanels(asked: readonly PanelSpec[]): void {
  const known = asked.filter(({ method }) => methods.value.some(({ name }) => name === method))
  const firstOfFamily = methods.value.filter(
    ({ family }, i, all) => all.findIndex((other) => other.family === family) === i,
  )
  const regions = firstOfFamily.find(({ at }) => at === 'layer')
  const pixels = firstOfFamily.find(({ at }) => at === 'image')
  const usual = [regions, pixels].flatMap((method) => (method ? [{ method: method.name, options: {} }] : []))
  for (const spec of known.length > 0 ? known : usual) addPanel(spec, false)
  selected.value = panels.value[0]?.id ?? null
}

/** A class number means something else in another model. */
function forgetClassesOfOldModels(): void {
  let last = modelKey.peek()
  modelKey.subscribe((key) => {
    if (last !== null && key !== last)
      batch(() => {
        chosenClass.value = null
        againstClass.value = null
        target.value = ''
      })
    last = key
  })
}

/** When no heatmap is being computed. */
function whenIdle(work: () => void): void {
  const timer = setInterval(() => {
    if (runningId.value !== null) return
    clearInterval(timer)
    work()
  }, 500)
}
