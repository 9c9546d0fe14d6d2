import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { ModelProtoSchema } from '../../src/onnx/generated/onnx_pb.ts'
import { encodeModel, foldBatchNorm, print, readModel } from '../../src/onnx/index.ts'
import { adapters } from '../../src/onnx/upgrade/adapters.ts'
import { random } from '../../src/tensor/index.ts'
import { fixture, net } from './fixture.ts'
import { modelOf } from './small-models.ts'
import { cases } from './upgrade-cases.ts'

const seeds = [
  fixture('functions.onnx'),
  fixture('mixed-functions.onnx'),
  fixture('inferred.onnx'),
  fixture('dtypes.onnx'),
  fixture('external.onnx'),
  net('f1-torchscript-11.onnx'),
  net('f3-dynamo-18.onnx'),
  ...Object.values(cases).map((small) => encodeModel(modelOf(small))),
]

test('the models are sound before they are damaged', () => {
  for (const bytes of seeds) expect(() => readModel(bytes)).not.toThrow()
})

/** Some bytes overwritten, removed, repeated or swapped in from elsewhere in the file. */
function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const source = random(seed, 7)
  let draws = 0
  const below = (n: number) => Math.floor(source.uniform(draws++) * n)
  let list = Uint8Array.from(bytes)
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(list.length)
    const length = 1 + below(8)
    const piece = list.subarray(at, at + length)
    const kind = below(5)
    if (kind === 0) list[at] = below(256)
    else if (kind === 1) list[at] = (list[at] as number) ^ (1 << below(8))
    else if (kind === 2) list = Uint8Array.from([...list.subarray(0, at), ...list.subarray(at + length)])
    else if (kind === 3) list = Uint8Array.from([...list.subarray(0, at), ...piece, ...list.subarray(at)])
    else list.set(piece, Math.min(below(list.length), list.length - piece.length))
    if (list.length === 0) return list
  }
  return list
}

/** What no exporter writes, but a file may say: other operators, attributes of another type or value, inputs gone or renamed. */
function distort(bytes: Uint8Array, seed: number): Uint8Array {
  const source = random(seed, 8)
  let draws = 0
  const below = (n: number) => Math.floor(source.uniform(draws++) * n)
  const message = fromBinary(ModelProtoSchema, bytes)
  const nodes = [...(message.graph?.node ?? []), ...message.functions.flatMap((f) => f.node)]
  const pick = <T>(list: readonly T[]) => list[below(list.length)]
  const names = nodes.flatMap((node) => [...node.input, ...node.output])
  for (let times = 1 + below(3); times > 0; times--) {
    const node = pick(nodes)
    const attribute = node && pick(node.attribute)
    const tensor = pick(message.graph?.initializer ?? [])
    const kind = below(9)
    if (kind === 0 && node) node.opType = pick(Object.keys(adapters)) as string
    else if (kind === 1 && node) node.input.splice(below(node.input.length), 1)
    else if (kind === 2 && node?.input.length) node.input[below(node.input.length)] = pick(names) ?? ''
    else if (kind === 3 && node?.output.length)
      node.output[below(node.output.length)] = pick([...names, '', 'new']) as string
    else if (kind === 4 && attribute) attribute.type = below(16)
    else if (kind === 5 && attribute) attribute.ints = [-1n, 0n, 2n ** 63n - 1n, -(2n ** 63n)].slice(below(4))
    else if (kind === 6 && attribute)
      attribute.name = pick(['axis', 'axes', 'body', 'split', 'k', 'value', 'ratio', 'mode']) as string
    else if (kind === 7 && tensor) tensor.dims = [-1n, 0n, 3n, 2n ** 40n, 2n ** 62n].slice(below(5))
    else for (const entry of message.opsetImport) entry.version = BigInt(6 + below(22))
  }
  return toBinary(ModelProtoSchema, message)
}

test.each([
  ['damaged', mutate, 500],
  ['distorted', distort, 500],
])('2000 %s models: an error in words or a model that prints and writes, soon', (_, change, least) => {
  let refused = 0
  for (let i = 0; i < 2000; i++) {
    const bytes = change(seeds[i % seeds.length] as Uint8Array, i)
    const started = performance.now()
    try {
      const model = readModel(bytes, { external: (_, __, length) => new Uint8Array(length) })
      for (const value of model.graph.constants.values()) value.read()
      print(model.graph)
      encodeModel({ ...model, graph: foldBatchNorm(model.graph) })
    } catch (error) {
      refused++
      if (!(error instanceof FoveaError)) throw new Error(`mutation ${i}: ${(error as Error).stack}`)
    }
    expect(performance.now() - started, `mutation ${i}`).toBeLessThan(2000)
  }
  expect(refused).toBeGreaterThan(least)
  expect(refused).toBeLessThan(1900)
})
