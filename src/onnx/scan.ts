/**
 * Counts what a file holds by walking its wire format, before any object is built: limits on depth, nodes and names, and a
 * byte offset for damage. Limits: reliability, table 3a.
 */

import { FoveaError } from '../error/index.ts'

export interface ScanLimits {
  readonly bytes: number
  readonly depth: number
  readonly nodes: number
  readonly initializers: number
  readonly nameLength: number
}

export const defaultLimits: ScanLimits = {
  bytes: 2 ** 31,
  depth: 32,
  nodes: 200_000,
  initializers: 200_000,
  nameLength: 4096,
}

/** Message fields by (message, field number); strings that are names; everything else is skipped over. */
const messages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'initializer', 2: 'name', 11: 'info', 12: 'info', 13: 'info' },
  function: { 7: 'node', 1: 'name' },
  node: { 1: 'name', 2: 'name', 3: 'name', 4: 'name', 5: 'attribute' },
  attribute: { 1: 'name', 6: 'graph', 11: 'graph', 5: 'initializer' },
  initializer: { 8: 'name' },
  info: { 1: 'name' },
}

/** @throws FoveaError FOVEA_NOT_ONNX for damage (with its byte offset), FOVEA_MODEL for a model beyond the limits */
export function scan(bytes: Uint8Array, file: string, limits: ScanLimits = defaultLimits): void {
  if (bytes.length > limits.bytes)
    throw new FoveaError('FOVEA_MODEL', `${file} is larger than ${limits.bytes} bytes, the most that Fovea reads.`, {
      file,
    })
  const counts = { node: 0, initializer: 0 }
  const damaged = (offset: number, what: string): never => {
    throw new FoveaError(
      'FOVEA_NOT_ONNX',
      `${file} is damaged or truncated: ${what} at byte ${offset} of ${bytes.length}. Download or export it again.`,
      { file, offset },
    )
  }

  const walk = (start: number, end: number, message: string, depth: number): void => {
    if (depth > limits.depth)
      throw new FoveaError('FOVEA_MODEL', `${file} nests graphs more than ${limits.depth} deep.`, { file })
    let at = start
    const varint = (): number => {
      let value = 0
      for (let shift = 0; shift < 70; shift += 7) {
        if (at >= end) damaged(at, 'a number breaks off')
        const byte = bytes[at++] as number
        value += (byte & 127) * 2 ** shift
        if (byte < 128) return value
      }
      return damaged(at, 'a number is too long')
    }
    while (at < end) {
      const offset = at
      const tag = varint()
      const field = Math.floor(tag / 8)
      const wire = tag % 8
      if (field === 0) damaged(offset, 'a field has number 0')
      if (wire === 0) varint()
      else if (wire === 1) at += 8
      else if (wire === 5) at += 4
      else if (wire === 2) {
        const length = varint()
        if (at + length > end) damaged(offset, `a field of ${length} bytes runs past the end`)
        const kind = messages[message]?.[field]
        if (kind === 'name') {
          if (length > limits.nameLength)
            throw new FoveaError(
              'FOVEA_MODEL',
              `${file} holds a name of ${length} bytes (at most ${limits.nameLength}).`,
              { file },
            )
        } else if (kind) {
          if (kind === 'node' || kind === 'initializer') {
            counts[kind]++
            const most = kind === 'node' ? limits.nodes : limits.initializers
            if (counts[kind] > most)
              throw new FoveaError(
                'FOVEA_MODEL',
                `${file} holds more than ${most} ${kind}s, the most that Fovea reads.`,
                { file },
              )
          }
          walk(at, at + length, kind, depth + 1)
        }
        at += length
      } else damaged(offset, `a field has the unknown wire type ${wire}`)
      if (at > end) damaged(offset, 'a field runs past the end')
    }
  }
  walk(0, bytes.length, 'model', 0)
}
