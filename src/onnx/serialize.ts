/**
 * A ModelProto to bytes in one allocation: protobuf-es grows one buffer by doubling and copies the whole of it once a nesting level,
 * which for a model's weights costs several times its size.
 */

import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf'
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './generated/onnx_pb.ts'

type Parts = readonly Uint8Array[]

export function modelBytes(model: ModelProto): Uint8Array<ArrayBuffer> {
  const { graph } = model
  return joined(
    graph ? around(ModelProtoSchema, model, 7, delimited(7, graphParts(graph))) : [toBinary(ModelProtoSchema, model)],
  )
}

function graphParts(graph: GraphProto): Parts {
  const initializers = graph.initializer.flatMap((message) => delimited(5, tensorParts(message)))
  return around(GraphProtoSchema, graph, 5, initializers)
}

function tensorParts(message: TensorProto): Parts {
  if (message.rawData.length < small) return [toBinary(TensorProtoSchema, message)]
  return around(TensorProtoSchema, message, 9, delimited(9, [message.rawData]))
}

const unknown = Number.POSITIVE_INFINITY

/** Tensors that protobuf-es may as well write itself. */
const small = 4096

/** The fields below `field`, its `parts`, the fields above it and those that nobody knows: the order of protobuf-es. */
function around<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  field: number,
  parts: Parts,
): Parts {
  const numbers = new Map<string, number>(schema.fields.map(({ localName, number }) => [localName, number]))
  const only = (keep: (number: number) => boolean) => {
    const own = Object.entries(message).filter(([name]) => name !== '$typeName' && keep(numbers.get(name) ?? unknown))
    return toBinary(schema, Object.assign(create(schema), Object.fromEntries(own)))
  }
  return [only((number) => number < field), ...parts, only((number) => number > field)]
}

const sizeOf = (parts: Parts) => parts.reduce((sum, { length }) => sum + length, 0)

/** A length-delimited field (wire type 2). */
export function delimited(field: number, parts: Parts): Parts {
  return [Uint8Array.of(field * 8 + 2, ...varint(sizeOf(parts))), ...parts]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

export function joined(parts: Parts): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOf(parts))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
