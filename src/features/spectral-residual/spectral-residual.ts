/**
 * Saliency as what is unexpected in the spectrum: natural images have smooth log spectra, so what sticks out is an object.
 *   A, P = amplitude and phase of F(image at 64 pixels);  L = log A;  R = L - h3 * L  (3x3 mean)
 *   S = g * |F^-1 exp(R + i P)|^2
 * It sees one scale and no colour. Reference: X. Hou, L. Zhang, "Saliency detection: a spectral residual approach", CVPR 2007.
 */

import { FoveaError } from '../../error/index.ts'
import { gaussian, resizePlane } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { mirror, requireImage } from '../itti-koch/index.ts'
import { dft } from './dft.ts'
import { aspectKept, forcedSquare } from './small.ts'

export interface SpectralResidualOptions {
  /**
   * 'opencv' reproduces `cv2.saliency` 4.6: a 64x64 square, log(A + 1), 3x3 mean with mirrored border, and a 5x5 blur
   * of sigma 8 *before* squaring. It correlates only weakly with the paper's formula.
   */
  readonly mode: 'paper' | 'opencv'
  /** Longer side of the analysed picture, 8 to 128 pixels; 'opencv' always takes 64. */
  readonly side: number
  /** Of the last blur g, in pixels of the small picture; 'opencv' ignores it. */
  readonly sigma: number
}

export const spectralResidualDefaults: SpectralResidualOptions = { mode: 'paper', side: 64, sigma: 2.5 }

export interface SpectralResidual {
  /** Grey, 0..255. */
  readonly small: Plane
  /** L and R in DFT order: frequency 0 is pixel (0, 0). */
  readonly logAmplitude: Plane
  readonly residual: Plane
  /** |F^-1 exp(R + iP)|^2 before the blur. */
  readonly raw: Plane
  /** S at the small size, divided by its maximum. All zero for a constant image. */
  readonly map: Plane
  /** S at the size of the image. */
  readonly saliency: Plane
}

/** @throws FoveaError FOVEA_IMAGE, FOVEA_IMAGE_TOO_LARGE, FOVEA_USAGE */
export function spectralResidual(image: Image, options: Partial<SpectralResidualOptions> = {}): SpectralResidual {
  const { mode, side, sigma } = { ...spectralResidualDefaults, ...options }
  requireImage(image, 'Spectral residual')
  if (!(Number.isInteger(side) && side >= 8 && side <= 128 && sigma > 0 && sigma <= side))
    throw new FoveaError(
      'FOVEA_USAGE',
      `Spectral residual works on 8 to 128 pixels with a blur above 0 of at most as many, not ${side} and ${sigma}.`,
    )
  const small = mode === 'opencv' ? forcedSquare(image, 64) : aspectKept(image, side)
  const { width, height } = small
  const plane = (values: ArrayLike<number>): Plane => ({ width, height, data: Float32Array.from(values) })
  const { re, im } = dft(
    { width, height, re: Float64Array.from(small.data), im: new Float64Array(small.data.length) },
    -1,
  )
  const logs = logAmplitudes(
    re.map((a, i) => Math.hypot(a, im[i] as number)),
    mode,
  )
  const mean = mean3(logs, width, height, mode === 'opencv' ? mirror : wrap)
  const residual = logs.map((l, i) => l - (mean[i] as number))
  const phase = re.map((a, i) => Math.atan2(im[i] as number, a))
  const back = dft(
    {
      width,
      height,
      re: residual.map((r, i) => Math.exp(r) * Math.cos(phase[i] as number)),
      im: residual.map((r, i) => Math.exp(r) * Math.sin(phase[i] as number)),
    },
    1,
  )
  const power = back.re.map((a, i) => (a * a + (back.im[i] as number) ** 2) / (width * height) ** 2)
  const map = constant(small) ? plane(power.map(() => 0)) : smooth(power)
  const saliency = resizePlane(map, image.width, image.height)
  return { small, logAmplitude: plane(logs), residual: plane(residual), raw: plane(power), map, saliency }

  function smooth(power: Float64Array): Plane {
    const soft =
      mode === 'opencv'
        ? blur5(power.map(Math.sqrt), width, height).map((v) => v * v)
        : convolve(power, width, height, gaussian(sigma), nothing)
    const peak = soft.reduce((a, b) => Math.max(a, b), 0)
    return plane(soft.map((v) => v / peak))
  }
}

/** An empty frequency has no logarithm: the paper's mode counts it as a millionth of the mean amplitude. */
function logAmplitudes(amplitude: Float64Array, mode: SpectralResidualOptions['mode']): Float64Array {
  if (mode === 'opencv') return amplitude.map((a) => Math.log(a + 1))
  const least = Math.max((1e-6 * amplitude.reduce((a, b) => a + b, 0)) / amplitude.length, 1e-12)
  return amplitude.map((a) => Math.log(Math.max(a, least)))
}

/** The spectrum is periodic: its border continues at the other side. */
const wrap = (i: number, size: number) => (i + size) % size

/** Outside the picture there is no saliency: zeros, or the seam between opposite borders would glow. */
const nothing = (i: number, size: number) => (i >= 0 && i < size ? i : -1)

function mean3(data: Float64Array, width: number, height: number, border: (i: number, size: number) => number) {
  return convolve(data, width, height, [1 / 3, 1 / 3, 1 / 3], border)
}

/** OpenCV's GaussianBlur((5, 5), 8): almost a box. */
function blur5(data: Float64Array, width: number, height: number): Float64Array {
  const taps = [-2, -1, 0, 1, 2].map((k) => Math.exp((-k * k) / 128))
  const sum = taps.reduce((a, b) => a + b, 0)
  return convolve(
    data,
    width,
    height,
    taps.map((t) => t / sum),
    mirror,
  )
}

/** Separable and symmetric; where `border` says -1 nothing is added. */
function convolve(
  data: Float64Array,
  width: number,
  height: number,
  taps: ArrayLike<number>,
  border: (i: number, size: number) => number,
): Float64Array {
  const reach = (taps.length - 1) / 2
  const pass = (from: Float64Array, size: number, step: number) =>
    from.map((_, i) => {
      const place = Math.floor(i / step) % size
      let sum = 0
      for (let k = -reach; k <= reach; k++) {
        const other = border(place + k, size)
        if (other >= 0) sum += (taps[k + reach] as number) * (from[i + (other - place) * step] as number)
      }
      return sum
    })
  return pass(pass(data, width, 1), height, width)
}

const constant = (plane: Plane) => plane.data.every((v) => v === plane.data[0])
