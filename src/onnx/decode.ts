/** Bytes of an .onnx file to a Model. Weights stay in the file's buffer until they are asked for. */

import { fromBinary } from '@bufbuild/protobuf'
import { FoveaError } from '../error/index.ts'
import type { WeightFile } from '../platform/index.ts'
import { dtypeOf } from './data-type.ts'
import { type ExternalData, readExternal } from './external-data.ts'
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
  type TypeProto,
} from './generated/onnx_pb.ts'
import type { Attribute, Constant, Dimension, FunctionDefinition, Graph, Model, Node, ValueInfo } from './graph.ts'
import { attach, attachSource } from './origin.ts'
import { scan } from './scan.ts'
import { dtypeOfMessage, readTensorMessage } from './tensor-message.ts'

export interface DecodeOptions {
  /** What error messages call the file. */
  readonly name?: string
  /** Where the bytes of external tensors come from; without it a model with external data is refused. */
  readonly external?: ExternalData
  /** The file that `leaveWeights` left the weights in. */
  readonly weights?: WeightFile | undefined
}

/**
 * Reads a model as it stands, any opset (see `readModel` for the form the rest of Fovea expects).
 * @throws FoveaError FOVEA_NOT_ONNX, FOVEA_MODEL, FOVEA_EXTERNAL_DATA
 */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  const file = options.name ?? 'the model'
  scan(bytes, file)
  const message = parse(bytes, file)
  if (!message.graph)
    throw new FoveaError('FOVEA_NOT_ONNX', `${file} is not an ONNX model: it holds no graph.`, { file })
  const { weights, external } = options
  const reader = new Reader(weights ? within(weights, external) : external)
  const model: Model = {
    graph: reader.graph(message.graph),
    opsets: opsetsOf(message.opsetImport),
    irVersion: Number(message.irVersion),
    producer: [message.producerName, message.producerVersion].filter(Boolean).join(' '),
    metadata: Object.fromEntries(message.metadataProps.map((entry) => [entry.key, entry.value])),
    functions: message.functions.map((f) => reader.function(f)),
    ...(weights ? { weights } : {}),
  }
  attach(model, message)
  if (!weights) attachSource(model, bytes)
  return model
}

/** The tensors in the model's own file, and those beside it. */
function within(weights: WeightFile, external: ExternalData | undefined): ExternalData {
  return (location, offset, length) => {
    if (location === weights.name) return weights.read(offset, length)
    if (external) return external(location, offset, length)
    throw new FoveaError('FOVEA_EXTERNAL_DATA', `'${location}' cannot be read here.`, { file: location })
  }
}

function parse(bytes: Uint8Array, file: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new FoveaError(
      'FOVEA_NOT_ONNX',
      `${file} cannot be read as an ONNX model: it is damaged or truncated (${bytes.length} bytes). Download or export it again.`,
      { file },
      cause,
    )
  }
}

const opsetsOf = (imports: readonly { domain: string; version: bigint }[]) =>
  Object.fromEntries(imports.map((o) => [domainOf(o.domain), Number(o.version)]))

const domainOf = (domain: string) => (domain === 'ai.onnx' ? '' : domain)

class Reader {
  readonly #external: ExternalData | undefined

  constructor(external: ExternalData | undefined) {
    this.#external = external
  }

  graph(message: GraphProto): Graph {
    const graph: Graph = {
      name: message.name,
      inputs: message.input.map((info) => this.valueInfo(info)),
      outputs: message.output.map((info) => this.valueInfo(info)),
      nodes: message.node.map((node) => this.node(node)),
      constants: this.constants(message.initializer),
      valueTypes: new Map(
        message.valueInfo.flatMap((info) => {
          const code = tensorType(info.type)?.elemType
          return code ? [[info.name, dtypeOf(code, `Value '${info.name}'`)] as const] : []
        }),
      ),
    }
    attach(graph, message)
    return graph
  }

  constants(messages: readonly TensorProto[]): Map<string, Constant> {
    const constants = new Map<string, Constant>()
    for (const message of messages) {
      if (constants.has(message.name))
        throw new FoveaError('FOVEA_MODEL', `Initializer '${message.name}' is defined twice.`, { tensor: message.name })
      constants.set(message.name, this.constant(message))
    }
    return constants
  }

  valueInfo(message: { name: string; type?: TypeProto }): ValueInfo {
    const type = tensorType(message.type)
    const dtype = type?.elemType ? dtypeOf(type.elemType, `Value '${message.name}'`) : 'float32'
    const shape = type?.shape?.dim.map(({ value }): Dimension => {
      if (value.case === 'dimValue') return Number(value.value) < 0 ? null : Number(value.value)
      return value.case === 'dimParam' && value.value !== '' ? value.value : null
    })
    const info: ValueInfo = shape ? { name: message.name, dtype, shape } : { name: message.name, dtype }
    attach(info, message)
    return info
  }

  node(message: NodeProto): Node {
    const node: Node = {
      op: message.opType,
      domain: domainOf(message.domain),
      name: message.name,
      inputs: message.input,
      outputs: message.output,
      attributes: Object.fromEntries(message.attribute.map((a) => [a.name, this.attribute(a)])),
      ...(message.overload ? { overload: message.overload } : {}),
    }
    attach(node, message)
    return node
  }

  constant(message: TensorProto): Constant {
    const dims = message.dims.map(Number)
    if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
      throw new FoveaError('FOVEA_MODEL', `Tensor '${message.name}' has the impossible shape [${dims}].`, {
        tensor: message.name,
      })
    const external = message.dataLocation === TensorProto_DataLocation.EXTERNAL
    const source = this.#external
    const constant: Constant = {
      dtype: dtypeOfMessage(message),
      dims,
      read: () => (external ? readExternal(message, source) : readTensorMessage(message)),
    }
    attach(constant, message)
    return constant
  }

  function(message: FunctionProto): FunctionDefinition {
    const definition: FunctionDefinition = {
      name: message.name,
      domain: domainOf(message.domain),
      inputs: message.input,
      outputs: message.output,
      nodes: message.node.map((node) => this.node(node)),
      opsets: opsetsOf(message.opsetImport),
      attributes: message.attribute,
      defaults: Object.fromEntries(message.attributeProto.map((a) => [a.name, this.attribute(a)])),
      ...(message.overload ? { overload: message.overload } : {}),
    }
    attach(definition, message)
    return definition
  }

  attribute(message: AttributeProto): Attribute {
    if (message.refAttrName !== '') {
      const reference: Attribute = { type: 'reference', value: message.refAttrName }
      attach(reference, message)
      return reference
    }
    switch (message.type) {
      case AttributeType.INT:
        return { type: 'int', value: Number(message.i) }
      case AttributeType.FLOAT:
        return { type: 'float', value: message.f }
      case AttributeType.INTS:
        return { type: 'ints', value: message.ints.map(Number) }
      case AttributeType.FLOATS:
        return { type: 'floats', value: message.floats }
      case AttributeType.STRING:
        return { type: 'string', value: new TextDecoder().decode(message.s) }
      case AttributeType.STRINGS:
        return { type: 'strings', value: message.strings.map((s) => new TextDecoder().decode(s)) }
      case AttributeType.TENSOR:
        return message.t ? { type: 'tensor', value: this.constant(message.t) } : { type: 'opaque', value: message }
      case AttributeType.GRAPH:
        return message.g ? { type: 'graph', value: this.graph(message.g) } : { type: 'opaque', value: message }
      case AttributeType.GRAPHS:
        return { type: 'graphs', value: message.graphs.map((g) => this.graph(g)) }
      default:
        return { type: 'opaque', value: message }
    }
  }
}

function tensorType(type: TypeProto | undefined) {
  return type?.value.case === 'tensorType' ? type.value.value : undefined
}
