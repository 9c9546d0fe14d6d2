/** The worker that decodes photographs and paints heatmaps, so that neither the page nor the engine waits for it. */

import { decodeImage } from '#platform'
import { resize } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Activations } from '../engine/messages.ts'
import { answer } from '../rpc.ts'
import type { FileRequest } from '../takeaway/messages.ts'
import type { Painted, PaintRequest } from './messages.ts'
import { ownMax, paint, statisticsOf } from './paint.ts'
import { tilesOf } from './tiles.ts'

const images = new Map<string, Image>()
/** Photographs at the width of the panels: enlarging them is most of the work of painting. */
const sized = new Map<string, Image>()

answer({
  async decode({ id, name, bytes }: { id: string; name: string; bytes: Uint8Array<ArrayBuffer> }) {
    const image = await decodeImage(bytes, { name })
    images.set(id, image)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const hash = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const data = new Uint8Array(image.data)
    return { value: { image: { ...image, data }, hash }, transfer: [data.buffer] }
  },
  async forget({ id }: { id: string }) {
    images.delete(id)
    for (const key of sized.keys()) if (key.startsWith(`${id} `)) sized.delete(key)
    return { value: undefined }
  },
  async paint(request: PaintRequest) {
    const { image, scale } = paintOver(request)
    const bitmap = await createImageBitmap(pixelsOf(image))
    const value: Painted = { bitmap, scale }
    return { value, transfer: [bitmap] }
  },
  async ownMax({ raw, kind, reading }: PaintRequest) {
    return { value: ownMax(raw, kind, reading) }
  },
  async statistics(raw: Plane) {
    return { value: statisticsOf(raw) }
  },
  async tiles(activations: Activations) {
    const { image, ...tiles } = tilesOf(activations)
    const bitmap = await createImageBitmap(image)
    return { value: { ...tiles, bitmap }, transfer: [bitmap] }
  },
  /** Files to take away; loaded when somebody does. */
  async file(request: FileRequest) {
    const { fileOf } = await import('../takeaway/files.ts')
    const bytes = fileOf(request, photo, paintOver)
    return { value: bytes, transfer: [bytes.buffer] }
  },
})

function paintOver(request: PaintRequest) {
  const whole = photo(request.image)
  const across = request.width / whole.width
  const { x, y, width, height } = request.seen
  const key = `${request.image} ${request.width}`
  let small = sized.get(key)
  if (!small) {
    const size = Math.max(1, Math.round(whole.height * across))
    small = resize(whole, request.width, size, { filter: across < 1 ? 'lanczos' : 'bicubic' })
    sized.set(key, small)
    for (const old of sized.keys()) {
      if (sized.size <= 12) break
      sized.delete(old)
    }
  }
  const down = small.height / whole.height
  const seen = { x: x * across, y: y * down, width: width * across, height: height * down }
  return paint(small, { ...request, seen })
}

function photo(id: string): Image {
  const image = images.get(id)
  if (!image) throw new Error('The picture is not here any more; drop it again.')
  return image
}

function pixelsOf({ width, height, data }: Image): ImageData {
  const pixels = new ImageData(width, height)
  for (let i = 0, out = 0; i < data.length; i += 3) {
    pixels.data[out++] = data[i] as number
    pixels.data[out++] = data[i + 1] as number
    pixels.data[out++] = data[i + 2] as number
    pixels.data[out++] = 255
  }
  return pixels
}
