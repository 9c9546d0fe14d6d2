/** Itti-Koch as a catalogue record. */

import type { Feature } from '../feature.ts'
import { type IttiKochOptions, ittiKoch, ittiKochDefaults, mapStep } from './itti-koch.ts'
import { stagesOf } from './picture.ts'
import { scanPath } from './scan-path.ts'

export const ittiKochFeature: Feature<{
  normalization: IttiKochOptions['normalization']
  opponency: IttiKochOptions['opponency']
  side: number
  fixations: number
}> = {
  name: 'itti-koch',
  title: 'Itti-Koch saliency',
  question: 'What stands out from its surroundings in brightness, colour or direction, and where would one look first?',
  reference: 'L. Itti, C. Koch, E. Niebur, IEEE PAMI 20(11), 1998',
  images: 1,
  options: {
    normalization: {
      default: ittiKochDefaults.normalization,
      describe: "'peaks' keeps maps with one strong peak, 'none' is the plain average",
      choices: ['peaks', 'none'],
    },
    opponency: {
      default: ittiKochDefaults.opponency,
      describe:
        "'apart': redder and greener than around each on their own; 'difference': both alike; 'paper': as printed",
      choices: ['apart', 'difference', 'paper'],
    },
    side: { default: 640, describe: 'longer side of the analysed image in pixels', min: 256, max: 2048 },
    fixations: { default: 6, describe: 'how many places the scan path visits', min: 1, max: 20 },
  },
  run([image], { fixations, ...options }) {
    const found = ittiKoch(image as NonNullable<typeof image>, options)
    const plain = ittiKoch(found.image, { ...options, normalization: 'none' })
    const path = scanPath(found.saliency, { fixations })
    const scale = (image as NonNullable<typeof image>).width / found.image.width
    const places = path.fixations.map(({ x, y, time, saliency }) => ({
      x: Math.round(x * mapStep * scale),
      y: Math.round(y * mapStep * scale),
      time,
      saliency,
    }))
    const note =
      places.length === 0 ? 'Nothing stands out: the image is even in brightness, colour and direction.' : undefined
    return { result: { gains: found.gains, scanPath: places, note }, stages: stagesOf(found, plain, path) }
  },
}
