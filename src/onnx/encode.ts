/** A Model to the bytes of an .onnx file. What was read and not changed is written as it was, unknown fields included. */

import { create } from '@bufbuild/protobuf'
import { dataTypeOf } from './data-type.ts'
import { locationOf } from './external-data.ts'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts'
import type { Attribute, Constant, FunctionDefinition, Graph, Model, Node, ValueInfo } from './graph.ts'
import { attach, originOf, sourceOf } from './origin.ts'
import { modelBytes } from './serialize.ts'
import { writeTensorMessage } from './tensor-message.ts'

/** The same model with another graph (and, if given, other properties); the rest of the file stays with it. */
export function withGraph(model: Model, graph: Graph, changes: Partial<Omit<Model, 'graph'>> = {}): Model {
  const changed = { ...model, ...changes, graph }
  attach(changed, originOf(model))
  return changed
}

export interface EncodeOptions {
  /**
   * Put tensors of external files into this one; 'others': but those that were left in the model's own file (`Model.weights`).
   * Default: all stay where they are.
   */
  readonly inline?: boolean | 'others'
}

export function encodeModel(model: Model, options: EncodeOptions = {}): Uint8Array {
  const source = sourceOf(model)
  if (source && !options.inline) return new Uint8Array(source)
  const origin = originOf<ModelProto>(model)
  const base = origin ? copyOf(origin) : create(ModelProtoSchema)
  const stays = options.inline === 'others' ? model.weights?.name : undefined
  const writer = new Writer(Boolean(options.inline), stays)
  base.graph = writer.graph(model.graph, origin?.graph)
  base.irVersion = BigInt(model.irVersion)
  if (!origin) base.producerName = model.producer
  base.opsetImport = keep(
    origin?.opsetImport,
    Object.entries(model.opsets),
    (list) =>
      list.map(([domain, version]) => ({ $typeName: 'onnx.OperatorSetIdProto', domain, version: BigInt(version) })),
    (message) => [message.domain === 'ai.onnx' ? '' : message.domain, Number(message.version)],
  )
  base.metadataProps = keep(
    origin?.metadataProps,
    Object.entries(model.metadata),
    (list) => list.map(([key, value]) => ({ $typeName: 'onnx.StringStringEntryProto', key, value })),
    (message) => [message.key, message.value],
  )
  base.functions = model.functions.map((f) => writer.function(f))
  return modelBytes(base)
}

/** The messages that were read if they still say the same as `entries`, else new ones. */
function keep<M, E>(
  read: M[] | undefined,
  entries: E[],
  make: (entries: E[]) => M[],
  entryOf: (message: M) => [string, string | number],
): M[] {
  return read && JSON.stringify(read.map(entryOf)) === JSON.stringify(entries) ? read : make(entries)
}

/** A shallow copy that keeps the prototype, on which protobuf-es holds the defaults. */
function copyOf<T extends object>(message: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message) as T
}

class Writer {
  readonly #inline: boolean
  /** The external file that tensors stay in nevertheless. */
  readonly #stays: string | undefined

  constructor(inline: boolean, stays: string | undefined) {
    this.#inline = inline
    this.#stays = stays
  }

  graph(graph: Graph, base?: GraphProto): GraphProto {
    const origin = originOf<GraphProto>(graph)
    if (origin && !this.#inline) return origin
    const from = origin ?? base
    const message = from ? copyOf(from) : create(GraphProtoSchema, { name: graph.name || 'graph' })
    message.node = graph.nodes.map((node) => this.node(node))
    message.input = graph.inputs.map((info) => this.valueInfo(info))
    message.output = graph.outputs.map((info) => this.valueInfo(info))
    message.initializer = [...graph.constants].map(([name, constant]) => this.constant(name, constant))
    const alive = new Set(graph.nodes.flatMap((node) => node.outputs))
    const kept = from?.valueInfo.filter((info) => alive.has(info.name) && graph.valueTypes.has(info.name)) ?? []
    const added = graph.declared?.filter((info) => alive.has(info.name)) ?? []
    message.valueInfo = [...kept, ...added.map((info) => this.valueInfo(info))]
    return message
  }

  valueInfo(info: ValueInfo): ValueInfoProto {
    const origin = originOf<ValueInfoProto>(info)
    if (origin) return origin
    const dim = info.shape?.map((d) => ({
      value:
        typeof d === 'number'
          ? { case: 'dimValue' as const, value: BigInt(d) }
          : { case: 'dimParam' as const, value: d ?? '' },
    }))
    return create(ValueInfoProtoSchema, {
      name: info.name,
      type: {
        value: { case: 'tensorType', value: { elemType: dataTypeOf(info.dtype), ...(dim ? { shape: { dim } } : {}) } },
      },
    })
  }

  node(node: Node): NodeProto {
    const origin = originOf<NodeProto>(node)
    if (origin && !this.#inline) return origin
    return create(NodeProtoSchema, {
      opType: node.op,
      ...(node.name ? { name: node.name } : {}),
      ...(node.domain ? { domain: node.domain } : {}),
      ...(node.overload ? { overload: node.overload } : {}),
      input: [...node.inputs],
      output: [...node.outputs],
      attribute: Object.entries(node.attributes).map(([name, value]) => this.attribute(name, value)),
    })
  }

  constant(name: string, constant: Constant): TensorProto {
    const origin = originOf<TensorProto>(constant)
    const external = origin?.dataLocation === TensorProto_DataLocation.EXTERNAL
    const stays = this.#stays !== undefined && origin && locationOf(origin) === this.#stays
    if (!origin || (external && this.#inline && !stays)) return writeTensorMessage(name, constant.read())
    if (origin.name === name) return origin
    const renamed = copyOf(origin)
    renamed.name = name
    return renamed
  }

  function(definition: FunctionDefinition): FunctionProto {
    const origin = originOf<FunctionProto>(definition)
    if (origin) return origin
    return create(FunctionProtoSchema, {
      name: definition.name,
      domain: definition.domain,
      ...(definition.overload ? { overload: definition.overload } : {}),
      input: [...definition.inputs],
      output: [...definition.outputs],
      node: definition.nodes.map((node) => this.node(node)),
      opsetImport: Object.entries(definition.opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
      attribute: [...definition.attributes],
      attributeProto: Object.entries(definition.defaults).map(([name, value]) => this.attribute(name, value)),
    })
  }

  attribute(name: string, attribute: Attribute): AttributeProto {
    const utf8 = new TextEncoder()
    switch (attribute.type) {
      case 'int':
        return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: toInt64(attribute.value) })
      case 'float':
        return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.value })
      case 'ints':
        return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: attribute.value.map(toInt64) })
      case 'floats':
        return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...attribute.value] })
      case 'string':
        return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: utf8.encode(attribute.value) })
      case 'strings':
        return create(AttributeProtoSchema, {
          name,
          type: AttributeType.STRINGS,
          strings: attribute.value.map((s) => utf8.encode(s)),
        })
      case 'tensor':
        return create(AttributeProtoSchema, {
          name,
          type: AttributeType.TENSOR,
          t: this.constant(name, attribute.value),
        })
      case 'graph':
        return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: this.graph(attribute.value) })
      case 'graphs':
        return create(AttributeProtoSchema, {
          name,
          type: AttributeType.GRAPHS,
          graphs: attribute.value.map((g) => this.graph(g)),
        })
      case 'reference':
        return (
          originOf<AttributeProto>(attribute) ?? create(AttributeProtoSchema, { name, refAttrName: attribute.value })
        )
      case 'opaque':
        return attribute.value as AttributeProto
    }
  }
}

/** Numbers beyond int64 (exporters write 2^63 - 1 for "to the end") are clamped to it. */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}
