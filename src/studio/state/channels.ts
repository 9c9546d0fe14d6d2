/** The channels of the layer in front, for the photograph in front. */

import { signal } from '@preact/signals'
import type { Activations } from '../engine/messages.ts'
import type { Tiles } from '../pictures/tiles.ts'
import type { RemoteError } from '../rpc.ts'
import { sendImage } from './images.ts'
import { engineReady } from './models.ts'
import { engine, pictures } from './workers.ts'

export interface ChannelsState {
  readonly activations: Activations | null
  readonly tiles: Tiles | null
  readonly failure: string | null
}

export const channels = signal<ChannelsState>({ activations: null, tiles: null, failure: null })
let last = 0

export async function showChannels(model: string, image: string, layer: string): Promise<void> {
  const mine = ++last
  channels.value = { activations: null, tiles: null, failure: null }
  while (mine === last) {
    try {
      await engineReady()
      await sendImage(image)
      const activations = await engine.call<Activations>('activations', { model, image, layer })
      const tiles = await pictures.call<Tiles>('tiles', activations)
      if (mine === last) channels.value = { activations, tiles, failure: null }
      return
    } catch (error) {
      const { code, message } = error as RemoteError
      // The engine was started again under this call: ask the new one.
      if (code === 'ABORTED') continue
      if (mine === last) channels.value = { activations: null, tiles: null, failure: message }
      return
    }
  }
}
