/** Between sRGB-encoded values (0-255) and linear light (0-1), IEC 61966-2-1; and the grey of a pixel. */

const table = Float64Array.from({ length: 256 }, (_, v) => decode(v / 255))

function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** @param value 0-255, also between whole numbers */
export function toLinear(value: number): number {
  const low = Math.min(254, Math.floor(value))
  const a = table[low] as number
  return a + ((table[low + 1] as number) - a) * (value - low)
}

const levels = 4096
const exact = (light: number) =>
  Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055))
const encoded = Uint8Array.from({ length: levels + 1 }, (_, i) => exact(i / levels))

/** Below this the eye tells levels apart that 4096 steps would mix up. */
const dark = 0.02
const bins = 8192

/** The level at each bin's lower end, and where in the bin the next one begins: bins are so narrow that one does at most. */
const { lowest, next } = darkLevels()

function darkLevels() {
  const count = Math.ceil(dark * bins)
  const lowest = Uint8Array.from({ length: count }, (_, i) => exact(i / bins))
  const next = Float64Array.from({ length: count }, (_, i) => {
    let [below, above] = [i / bins, (i + 1) / bins]
    if (exact(above) === lowest[i]) return Number.POSITIVE_INFINITY
    for (let middle = (below + above) / 2; middle > below && middle < above; middle = (below + above) / 2)
      if (exact(middle) === lowest[i]) below = middle
      else above = middle
    return above
  })
  return { lowest, next }
}

/** What the two functions look up. */
export const lightTables = { linear: table, encoded, lowest, next }

/** @param light 0-1; returns a whole number 0-255 */
export function fromLinear(light: number): number {
  if (!(light < dark)) return encoded[Math.round(Math.min(1, light) * levels)] as number
  if (!(light >= 0)) return exact(light)
  const bin = Math.floor(light * bins)
  return (lowest[bin] as number) + (light >= (next[bin] as number) ? 1 : 0)
}

/** Rec. 601 luma of the pixel at `at` of interleaved RGB, 0-255. */
export function luma(data: Uint8Array, at: number): number {
  return 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)
}
