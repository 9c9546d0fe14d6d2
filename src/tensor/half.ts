/** Half precision: IEEE binary16 and bfloat16 to and from float32, rounding to nearest even. */

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

export function floatToHalf(value: number): number {
  float[0] = value
  const x = word[0] as number
  const sign = (x >>> 16) & 0x8000
  const magnitude = x & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(float[0] as number) * 2 ** 24)
  const shifted = magnitude - 0x38000000
  return sign | ((shifted + 0xfff + ((shifted >>> 13) & 1)) >>> 13)
}

export function bfloatToFloat(bfloat: number): number {
  word[0] = bfloat << 16
  return float[0] as number
}

export function floatToBfloat(value: number): number {
  float[0] = value
  const x = word[0] as number
  if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | 0x40
  return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
