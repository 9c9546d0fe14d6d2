/** The built-in typeface, unpacked: outlines, advances and kerning in units of 1/1024 em. Format: scripts/image/font.py. */

import { regular } from './regular.ts'
import { semibold } from './semibold.ts'

export type Weight = 'regular' | 'semibold'

/** A closed outline of points [x, y, on the curve]; between two points off the curve lies an implied one. */
export type Contour = readonly (readonly [number, number, boolean])[]

export interface Glyph {
  readonly advance: number
  readonly contours: readonly Contour[]
}

export interface Font {
  readonly glyph: (char: string) => Glyph
  readonly kerning: (left: string, right: string) => number
}

export const em = 1024

const sources: Readonly<Record<Weight, string>> = { regular, semibold }
const fonts = new Map<Weight, Font>()

export function font(weight: Weight): Font {
  const known = fonts.get(weight)
  if (known) return known
  const made = unpack(Uint8Array.from(atob(sources[weight]), (c) => c.charCodeAt(0)))
  fonts.set(weight, made)
  return made
}

/** What stands for a character that the font lacks. */
const box: Glyph = {
  advance: 660,
  contours: [rectangle(80, 0, 580, 745), [...rectangle(150, 70, 510, 675)].reverse()],
}

function rectangle(left: number, bottom: number, right: number, top: number): Contour {
  return [
    [left, bottom, true],
    [left, top, true],
    [right, top, true],
    [right, bottom, true],
  ]
}

function unpack(bytes: Uint8Array): Font {
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const signed = (n: number) => (n & 1 ? -(n + 1) / 2 : n / 2)
  const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make)
  const contour = (): Contour => {
    let x = 0
    let y = 0
    return times(varint(), () => {
      const step = varint()
      x += signed(step >> 1)
      y += signed(varint())
      return [x, y, (step & 1) === 1] as const
    })
  }
  let code = 0
  const glyphs = new Map<string, Glyph>()
  times(varint(), () => {
    code += varint()
    glyphs.set(String.fromCodePoint(code), { advance: varint(), contours: times(varint(), contour) })
  })
  let pair = 0
  const pairs = new Map<number, number>(times(varint(), () => [(pair += varint()), signed(varint())] as const))
  const order = new Map([...glyphs.keys()].map((char, i) => [char, i]))
  return {
    glyph: (char) => glyphs.get(char === '\u00a0' || char === '\t' ? ' ' : char) ?? box,
    kerning: (left, right) => pairs.get((order.get(left) ?? -1) * order.size + (order.get(right) ?? -1)) ?? 0,
  }
}
