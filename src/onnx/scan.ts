/**
 * Counts what a file holds by walking its wire format, before any object is built: limits on depth, nodes, names and fields, and
 * a byte offset for damage. Limits: reliability, table 3a.
 */

import { FoveaError } from '../error/index.ts'

export interface ScanLimits {
  readonly bytes: number
  readonly depth: number
  readonly nodes: number
  readonly initializers: number
  readonly nameLength: number
  /** Protobuf fields of all kinds: each becomes an object or an element of a list. */
  readonly fields: number
}

export const defaultLimits: ScanLimits = {
  bytes: 2 ** 31,
  depth: 32,
  nodes: 200_000,
  initializers: 200_000,
  nameLength: 4096,
  fields: 5_000_000,
}

/**
 * What a field holds, by message and field number: a message to walk, a name, 64-bit integers (packed or one by one: each becomes
 * a BigInt), or (absent) something that costs no more memory than its bytes.
 */
const contents: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 8: 'entry', 14: 'entry', 20: 'training', 25: 'function', 26: 'entry' },
  training: { 1: 'graph', 2: 'graph', 3: 'entry', 4: 'entry' },
  graph: {
    1: 'node',
    2: 'name',
    5: 'initializer',
    11: 'info',
    12: 'info',
    13: 'info',
    14: 'annotation',
    15: 'sparse',
    16: 'entry',
  },
  function: {
    1: 'name',
    4: 'name',
    5: 'name',
    6: 'name',
    7: 'node',
    9: 'entry',
    11: 'attribute',
    12: 'info',
    14: 'entry',
  },
  node: { 1: 'name', 2: 'name', 3: 'name', 4: 'name', 5: 'attribute', 7: 'name', 9: 'entry', 10: 'device' },
  attribute: {
    ...{
      1: 'name',
      5: 'initializer',
      6: 'graph',
      8: 'integers',
      10: 'initializer',
      11: 'graph',
      14: 'type',
      15: 'type',
    },
    ...{ 22: 'sparse', 23: 'sparse' },
  },
  initializer: { 1: 'integers', 7: 'integers', 8: 'name', 11: 'integers', 13: 'entry', 16: 'entry' },
  sparse: { 1: 'initializer', 2: 'initializer' },
  annotation: { 1: 'name', 2: 'entry' },
  info: { 1: 'name', 2: 'type', 4: 'entry' },
  type: { 1: 'tensor', 4: 'sequence', 5: 'map', 8: 'tensor', 9: 'sequence' },
  tensor: { 2: 'shape' },
  sequence: { 1: 'type' },
  map: { 2: 'type' },
  shape: { 1: 'dimension' },
  dimension: { 2: 'name', 3: 'name' },
  device: { 1: 'name', 2: 'sharding' },
  sharding: { 1: 'name', 2: 'integers', 3: 'entry', 4: 'sharded' },
  sharded: { 1: 'integers', 2: 'entry' },
  entry: {},
}

/** @throws FoveaError FOVEA_NOT_ONNX for damage (with its byte offset), FOVEA_MODEL for a model beyond the limits */
export function scan(bytes: Uint8Array, file: string, limits: ScanLimits = defaultLimits): void {
  if (bytes.length > limits.bytes)
    throw new FoveaError('FOVEA_MODEL', `${file} is larger than ${limits.bytes} bytes, the most that Fovea reads.`, {
      file,
    })
  new Scan(bytes, file, limits).walk(bytes.length, 'model', 0)
}

class Scan {
  readonly #bytes: Uint8Array
  readonly #file: string
  readonly #limits: ScanLimits
  #at = 0
  #nodes = 0
  #initializers = 0
  #fields = 0

  constructor(bytes: Uint8Array, file: string, limits: ScanLimits) {
    this.#bytes = bytes
    this.#file = file
    this.#limits = limits
  }

  /** Reads a message from the current position to `end`. */
  walk(end: number, message: string, depth: number): void {
    if (depth > this.#limits.depth) this.#refuse(`nests messages more than ${this.#limits.depth} deep`)
    if (message === 'node') this.#count(++this.#nodes, this.#limits.nodes, 'nodes')
    if (message === 'initializer') this.#count(++this.#initializers, this.#limits.initializers, 'initializers')
    while (this.#at < end) {
      const offset = this.#at
      const tag = this.#varint(end)
      const field = Math.floor(tag / 8)
      this.#count(++this.#fields, this.#limits.fields, 'fields')
      if (field === 0) this.#damaged(offset, 'a field has number 0')
      const content = contents[message]?.[field]
      const wire = tag % 8
      if (content !== undefined && wire !== 2 && content !== 'integers')
        this.#damaged(offset, `field ${field} of a ${message} is no ${content}`)
      if (wire === 0) this.#varint(end)
      else if (wire === 1) this.#at += 8
      else if (wire === 5) this.#at += 4
      else if (wire === 2) this.#delimited(offset, end, content, depth)
      else this.#damaged(offset, `a field has the unknown wire type ${wire}`)
      if (this.#at > end) this.#damaged(offset, 'a field runs past the end')
    }
  }

  #delimited(offset: number, end: number, content: string | undefined, depth: number): void {
    const length = this.#varint(end)
    const stop = this.#at + length
    if (stop > end) this.#damaged(offset, `a field of ${length} bytes runs past the end`)
    if (content === 'name') {
      const most = this.#limits.nameLength
      if (length > most) this.#refuse(`holds a name of ${length} bytes (at most ${most})`)
    } else if (content === 'integers') {
      for (let i = this.#at; i < stop; i++) if ((this.#bytes[i] as number) < 128) this.#fields++
      this.#count(this.#fields, this.#limits.fields, 'fields')
    } else if (content !== undefined) this.walk(stop, content, depth + 1)
    this.#at = stop
  }

  #varint(end: number): number {
    const start = this.#at
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= end) this.#damaged(this.#at, 'a number breaks off')
      const byte = this.#bytes[this.#at++] as number
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    return this.#damaged(start, 'a number is too long')
  }

  #count(count: number, most: number, what: string): void {
    if (count > most) this.#refuse(`holds more than ${most} ${what}, the most that Fovea reads`)
  }

  #refuse(why: string): never {
    throw new FoveaError('FOVEA_MODEL', `${this.#file} ${why}.`, { file: this.#file })
  }

  #damaged(offset: number, what: string): never {
    throw new FoveaError(
      'FOVEA_NOT_ONNX',
      `${this.#file} is damaged or truncated: ${what} at byte ${offset} of ${this.#bytes.length}. Download or export it again.`,
      { file: this.#file, offset },
    )
  }
}
