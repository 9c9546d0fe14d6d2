/** The hand-made feature in front: which, with what options, on which photographs, and what came of it. */

import { computed, effect, signal } from '@preact/signals'
import type { Options } from '../../explain/index.ts'
import type { FeatureInfo, FeatureResult } from '../features/messages.ts'
import type { RemoteError } from '../rpc.ts'
import { images, picture } from './images.ts'
import { complain } from './page.ts'
import { featureWorker, root } from './workers.ts'

export const featureNames = signal<readonly string[]>([])
export const featureName = signal<string | null>(null)
export const featureInfo = signal<FeatureInfo | null>(null)
/** By name, so that one comes back to what one had. */
const chosen = signal<Readonly<Record<string, Options>>>({})
export const featureOptions = computed(() => chosen.value[featureName.value ?? ''] ?? {})
export const secondImage = signal<string | null>(null)

export interface FeatureRun {
  readonly busy: boolean
  readonly result: FeatureResult | null
  readonly failure: string | null
}

export const featureRun = signal<FeatureRun>({ busy: false, result: null, failure: null })

export function setFeatureOptions(options: Options): void {
  chosen.value = { ...chosen.value, [featureName.value ?? '']: options }
}

export const second = computed(
  () =>
    images.value.find(({ id }) => id === secondImage.value) ??
    images.value.find((one) => one !== picture.value) ??
    null,
)

/** Follows every choice while the view is open; stops, and ends what runs, when the returned function is called. */
export function followFeatures(): () => void {
  if (featureNames.value.length === 0)
    featureWorker.call<string[]>('list').then((names) => {
      featureNames.value = names
      featureName.value ??= names[0] ?? null
    }, complain)
  let timer = 0
  const stopDescribing = effect(() => void describe(featureName.value))
  const stopRunning = effect(() => {
    const info = featureInfo.value
    const options = featureOptions.value
    const photographs = [picture.value, ...(info?.images === 2 ? [second.value] : [])]
    clearTimeout(timer)
    if (info && info.name === featureName.value && photographs.every((one) => one !== null))
      timer = window.setTimeout(
        () =>
          void run(
            info,
            options,
            photographs.flatMap((one) => one?.image ?? []),
          ),
        120,
      )
  })
  return () => {
    clearTimeout(timer)
    stopDescribing()
    stopRunning()
    cancelFeature()
  }
}

async function describe(name: string | null): Promise<void> {
  if (!name || featureInfo.peek()?.name === name) return
  if (featureRun.peek().busy) featureWorker.end()
  try {
    const info = await featureWorker.call<FeatureInfo>('describe', { root, name })
    if (featureName.peek() !== name) return
    featureRun.value = { busy: false, result: null, failure: null }
    featureInfo.value = info
  } catch (error) {
    // Its worker was ended under it, for another run: ask the fresh one.
    if ((error as RemoteError).code !== 'ABORTED') complain(error)
    else if (featureName.peek() === name) void describe(name)
  }
}

let last = 0

async function run(info: FeatureInfo, options: Options, photographs: readonly FeatureImage[]): Promise<void> {
  if (featureRun.peek().busy) featureWorker.end()
  const mine = ++last
  featureRun.value = { ...featureRun.peek(), busy: true, failure: null }
  try {
    const wish = { root, name: info.name, images: photographs, options }
    const result = await featureWorker.call<FeatureResult>('run', wish)
    if (mine === last) featureRun.value = { busy: false, result, failure: null }
  } catch (error) {
    const { code, message } = error as RemoteError
    if (mine === last && code !== 'ABORTED') featureRun.value = { ...featureRun.peek(), busy: false, failure: message }
  }
}

type FeatureImage = Parameters<typeof featureWorker.call>[1]

export function cancelFeature(): void {
  if (!featureRun.peek().busy) return
  last++
  featureWorker.end()
  featureRun.value = { ...featureRun.peek(), busy: false, failure: 'Cancelled.' }
}
