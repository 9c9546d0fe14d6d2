/**
 * A model without its weights: the bytes of its file but for the large initializers, which become external data in that very file.
 * Who needs a weight reads it where it lies, and nobody holds them all.
 */

import { create, toBinary } from '@bufbuild/protobuf'
import { StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from './generated/onnx_pb.ts'
import { delimited, joined } from './serialize.ts'

/** Reads a part of a file. */
export type ReadPart = (offset: number, length: number) => Uint8Array

/** Initializers of fewer bytes are as well held. */
const small = 2 ** 16

/**
 * @param location what the file is called by the model that is returned
 * @returns undefined where nothing can be left, or the file is not as expected: who reads all of it says what is wrong
 */
export function leaveWeights(read: ReadPart, size: number, location: string): Uint8Array | undefined {
  const file = new Wire(read)
  try {
    let left = 0
    const model = file.fields(0, size).flatMap((field) => {
      if (field.number !== 7) return [file.bytes(field)]
      const graph = file.fields(field.content, field.end).map((inner) => {
        const tensor = inner.number === 5 ? withoutData(file, inner, location) : undefined
        if (tensor) left++
        return tensor ?? file.bytes(inner)
      })
      return delimited(7, graph)
    })
    return left > 0 ? joined(model) : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** An initializer whose elements stay in the file; undefined for a small one, and where they are not in `raw_data`. */
function withoutData(file: Wire, tensor: Field, location: string): Uint8Array | undefined {
  if (tensor.end - tensor.content < small) return undefined
  const fields = file.fields(tensor.content, tensor.end)
  const data = fields.find(({ number }) => number === 9)
  const others = fields.filter((field) => field !== data)
  const plain = others.every(({ number, start, end }) => ![9, 13, 14].includes(number) && end - start < small)
  if (!data || !plain) return undefined
  const entries = Object.entries({ location, offset: data.content, length: data.end - data.content })
  const pointer = create(TensorProtoSchema, {
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: entries.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value: `${value}` })),
  })
  return joined(delimited(5, [...others.map((field) => file.bytes(field)), toBinary(TensorProtoSchema, pointer)]))
}

interface Field {
  readonly number: number
  /** Where the field begins, what it holds begins, and it ends. */
  readonly start: number
  readonly content: number
  readonly end: number
}

/** Protobuf's wire format, read through a window that moves along the file. */
class Wire {
  readonly #read: ReadPart
  #window: Uint8Array = new Uint8Array(0)
  #from = 0

  constructor(read: ReadPart) {
    this.#read = read
  }

  bytes({ start, end }: Pick<Field, 'start' | 'end'>): Uint8Array {
    if (end - start > small) return this.#read(start, end - start)
    return Uint8Array.from({ length: end - start }, (_, i) => this.#byte(start + i))
  }

  /** @throws RangeError for what is no sequence of fields between these places */
  fields(from: number, to: number): Field[] {
    const found: Field[] = []
    for (let at = from; at < to; ) {
      const tag = this.#varint(at)
      const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8]
      const value = wire === 0 || wire === 2 ? this.#varint(tag.end) : { value: 0, end: tag.end }
      const end = value.end + (wire === 2 ? value.value : wire === 1 ? 8 : wire === 5 ? 4 : 0)
      if (end > to || ![0, 1, 2, 5].includes(wire)) throw new RangeError()
      found.push({ number, start: at, content: value.end, end })
      at = end
    }
    return found
  }

  #varint(from: number): { readonly value: number; readonly end: number } {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte(from + i)
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return { value, end: from + i + 1 }
    }
    throw new RangeError()
  }

  #byte(at: number): number {
    if (at < this.#from || at >= this.#from + this.#window.length) {
      this.#window = this.#read(at, small)
      this.#from = at
    }
    const byte = this.#window[at - this.#from]
    if (byte === undefined) throw new RangeError()
    return byte
  }
}
