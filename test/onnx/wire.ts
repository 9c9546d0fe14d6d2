/** Protobuf written by hand, for files that no library would write. */

export function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A length-delimited field. */
export const field = (number: number, content: Uint8Array) =>
  joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(content.length)]), content])

/** The empty length-delimited field `number`, over and over. */
export function repeated(number: number, bytes: number): Uint8Array {
  const tag = varint(number * 8 + 2)
  const one = Uint8Array.from([...tag, 0])
  const all = new Uint8Array(Math.floor(bytes / one.length) * one.length)
  for (let at = 0; at < all.length; at += one.length) all.set(one, at)
  return all
}
