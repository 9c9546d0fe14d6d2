/** The stages of spectral residual as pictures; spectra with frequency 0 in the middle. */

import { overlay } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { paintPlane } from '../paint.ts'
import type { SpectralResidual } from './spectral-residual.ts'

const width = 320

export function stagesOf(image: Image, found: SpectralResidual): Stage[] {
  const { small, logAmplitude, residual, raw, map } = found
  const log = centred(logAmplitude)
  const nothing = map.data.every((v) => v === 0)
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    {
      name: 'small',
      caption: `what is analysed: ${small.width}x${small.height} grey pixels`,
      picture: paintPlane(small, { colors: 'grey', max: 255, width, cells: true }),
    },
    {
      name: 'log amplitude',
      caption: 'the spectrum, frequency 0 in the middle',
      picture: paintPlane(log, { colors: 'viridis', min: least(log), width, cells: true }),
    },
    {
      name: 'residual',
      caption: 'minus its 3x3 mean: blue below, red above',
      picture: paintPlane(centred(residual), { colors: 'RdBu', width, cells: true }),
    },
    {
      name: 'energy',
      caption: 'transformed back with the old phase, squared',
      picture: paintPlane({ ...raw, data: raw.data.map(Math.sqrt) }, { colors: 'magma', width, cells: true }),
    },
    {
      name: 'saliency',
      caption: nothing ? 'the image is constant: nothing is unexpected' : 'blurred, divided by its maximum',
      picture: overlay(image, map, { kind: 'positive' }),
    },
  ]
}

const least = (plane: Plane) => plane.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

/** Frequency 0 from the corner to the middle. */
function centred({ width, height, data }: Plane): Plane {
  const [dx, dy] = [Math.floor(width / 2), Math.floor(height / 2)]
  const out = data.map((_, i) => {
    const x = ((i % width) - dx + width) % width
    const y = (Math.floor(i / width) - dy + height) % height
    return data[y * width + x] as number
  })
  return { width, height, data: out }
}
