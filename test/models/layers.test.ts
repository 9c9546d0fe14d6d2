/** Which values of a graph are maps of the image, what they see of it, and which one a CAM looks at. */

import { describe, expect, test } from 'vitest'
import { defaultLayer, findLayer, type Layer } from '../../src/models/index.ts'
import { layersOf } from '../../src/models/layers/index.ts'
import { Builder, type Graph, type Model, type Value } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { float32, int64, numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'

type Net = (builder: Builder, x: Value, weight: (...dims: number[]) => Value) => Value

interface Traced {
  readonly graph: Graph
  readonly model: Model
  readonly layers: Layer[]
  readonly chosen: () => { layer: Layer; reason: string }
}

/** A network [N, 3, 32, 48] -> [N, classes], or of another input shape. */
async function traced(net: Net, shape: readonly number[] = [3, 32, 48], fixed = false): Promise<Traced> {
  const empty: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }
  const builder = new Builder(empty)
  const x = builder.input('x', 'float32', [fixed ? 1 : 'N', ...shape])
  let stream = 0
  const weight = (...dims: number[]) => {
    const { uniform } = random(7, stream++)
    return builder.constant(
      float32(
        dims,
        Array.from({ length: sizeOf(dims) }, (_, i) => uniform(i) - 0.5),
      ),
      'w',
    )
  }
  const y = builder.within('net', () => net(builder, x, weight))
  const out = builder.named('Identity', 'y', y)
  const graph = builder.finish([{ ...out, shape: ['N', 'classes'] }])
  const model: Model = { graph, opsets: { '': 18 }, irVersion: 8, producer: '', metadata: {}, functions: [] }
  const measured = await probe(model)
  const layers = layersOf(graph, measured, 'x', 'y')
  return { graph, model, layers, chosen: () => defaultLayer(graph, measured, layers, 'y') }
}

const conv = ({ op }: Builder, x: Value, w: Value, stride = 1, pad = 0) =>
  op.Conv(x, w, { strides: [stride, stride], pads: [pad, pad, pad, pad] })

/** ReLU of a convolution; the kernel is square. */
const block = (b: Builder, x: Value, w: Value, stride = 1, pad = 0) => b.op.Relu(conv(b, x, w, stride, pad))

const head = ({ op }: Builder, x: Value, w: Value) => op.MatMul(op.Flatten(op.GlobalAveragePool(x)), w)

/** Softmax(x x') x of tokens [N, L, C]. */
function attend({ op }: Builder, x: Value): Value {
  const scores = op.MatMul(x, op.Transpose(x, { perm: [0, 2, 1] }))
  return op.MatMul(op.Softmax(scores, { axis: -1 }), x)
}

describe('receptive field and stride', () => {
  const pool = ({ op }: Builder, x: Value, size: number, stride: number) =>
    op.MaxPool(x, { kernel_shape: [size, size], strides: [stride, stride] })
  /** Published: Araujo et al. 2019 (AlexNet's pool5 195), and the VGG-16 table (conv5_3: 196). */
  const alexNet: Net = (b, x, w) => {
    let y = pool(b, block(b, x, w(4, 3, 11, 11), 4, 2), 3, 2)
    y = pool(b, block(b, y, w(4, 4, 5, 5), 1, 2), 3, 2)
    for (let i = 0; i < 3; i++) y = block(b, y, w(4, 4, 3, 3), 1, 1)
    return head(b, pool(b, y, 3, 2), w(4, 2))
  }
  const vgg16: Net = (b, x, w) => {
    let y = x
    let channels = 3
    for (const [stage, depth] of [2, 2, 3, 3, 3].entries()) {
      if (stage > 0) y = pool(b, y, 2, 2)
      for (let i = 0; i < depth; i++) {
        y = block(b, y, w(4, channels, 3, 3), 1, 1)
        channels = 4
      }
    }
    return head(b, y, w(4, 2))
  }

  test.each([
    ['AlexNet, pool5', alexNet, 195, 32],
    ['VGG-16, conv5_3', vgg16, 196, 16],
  ])('%s', async (_, net, size, stride) => {
    const { layers } = await traced(net, [3, 128, 128])
    expect(layers.at(-1)).toMatchObject({ receptiveField: [size, size], stride: [stride, stride] })
  })

  test('branches: the larger window; dilated and flat kernels; unknown behind a gate that pools the image', async () => {
    const { layers } = await traced((b, x, w) => {
      const wide = b.op.Conv(x, w(4, 3, 3, 3), { pads: [2, 2, 2, 2], dilations: [2, 2] })
      const flat = b.op.Conv(x, w(4, 3, 1, 7), { pads: [0, 3, 0, 3] })
      const both = b.op.Concat(wide, flat, { axis: 1 })
      return head(b, b.op.Mul(both, b.op.Sigmoid(b.op.GlobalAveragePool(both))), w(8, 2))
    })
    const seen = layers.map(({ op, receptiveField, stride }) => [op, receptiveField, stride])
    expect(seen).toEqual([
      ['Conv', [5, 5], [1, 1]],
      ['Conv', [1, 7], [1, 1]],
      ['Concat', [5, 7], [1, 1]],
      ['Mul', null, [1, 1]],
    ])
  })
})

describe('what is a layer', () => {
  test('patches cut by Reshape and Transpose, and a strided slice of them', async () => {
    const { layers } = await traced((b, x, w) => {
      const cut = b.op.Transpose(b.op.Reshape(x, [-1, 3, 4, 8, 6, 8]), { perm: [0, 2, 4, 1, 3, 5] })
      const tokens = b.op.MatMul(b.op.Reshape(cut, [-1, 24, 192]), w(192, 5))
      const half = b.op.Slice(b.op.Reshape(tokens, [-1, 4, 6, 5]), [0, 0], [4, 6], [1, 2], [2, 2])
      return b.op.MatMul(b.op.ReduceMean(b.op.Relu(half), [1, 2], { keepdims: 0 }), w(5, 2))
    })
    const found = layers.map(({ op, height, width, layout, stride }) => [op, height, width, layout, stride])
    expect(found).toEqual([
      ['Reshape', 32, 48, 'tokens', [1, 1]],
      ['Transpose', 32, 48, 'tokens in windows', [1, 1]],
      ['MatMul', 4, 6, 'tokens', [8, 8]],
      ['Reshape', 4, 6, 'N y x C', [8, 8]],
      ['Slice', 2, 3, 'N y x C', [16, 16]],
      ['Relu', 2, 3, 'N y x C', [16, 16]],
    ])
  })

  test('attention tables, heads and what pools the image are none', async () => {
    const { layers } = await traced((b, x, w) => {
      const map = conv(b, x, w(6, 3, 8, 8), 8)
      const tokens = b.op.Transpose(b.op.Reshape(map, [0, 6, 24]), { perm: [0, 2, 1] })
      const mixed = attend(b, tokens)
      return b.op.MatMul(b.op.ReduceMean(mixed, [1], { keepdims: 0 }), w(6, 2))
    })
    expect(layers.map(({ op, receptiveField }) => [op, receptiveField])).toEqual([
      ['Conv', [8, 8]],
      ['Reshape', [8, 8]],
      ['Transpose', [8, 8]],
      ['Transpose', [8, 8]],
      ['MatMul', null],
    ])
  })

  test('a value that is laid out as a map equals the map it was made from: tokens first, padding inside, any order', async () => {
    const made = await traced((b, x, w) => {
      const map = b.named('Conv', 'map', x, w(5, 3, 8, 8), { strides: [8, 8] })
      const tokens = b.op.Transpose(b.op.Reshape(map, [0, 5, 24]), { perm: [2, 0, 1] })
      const shuffled = b.op.Gather(
        tokens,
        [...Array(24).keys()].map((i) => (i * 7 + 3) % 24),
        { axis: 0 },
      )
      const padded = b.named('Pad', 'padded', shuffled, [2, 0, 0, 1, 0, 0])
      const first = b.op.Transpose(padded, { perm: [1, 0, 2] })
      return b.op.MatMul(b.op.ReduceMean(first, [1], { keepdims: 0 }), w(5, 2))
    })
    const layer = findLayer(made.layers, 'padded')
    expect(layer).toMatchObject({ kind: 'tokens', layout: 'tokens in windows', others: 3, channels: 5 })
    const builder = new Builder(made.graph)
    const same = builder.named('Identity', 'same', layer.toMap(builder, builder.value('padded')))
    const graph = builder.finish([same, builder.value('map')])
    await using program = await openProgram({ ...made.model, graph })
    const { uniform } = random(3)
    const x = float32(
      [2, 3, 32, 48],
      Array.from({ length: 2 * 3 * 32 * 48 }, (_, i) => uniform(i)),
    )
    const answers = await program.run({ x })
    expect((answers.same as Tensor).dims).toEqual([2, 5, 4, 6])
    expect([...numbers(answers.same as Tensor)]).toEqual([...numbers(answers.map as Tensor)])
  })

  test('by the name of its node too, with a hint for a wrong one', async () => {
    const { layers } = await traced((b, x, w) => head(b, block(b, x, w(4, 3, 3, 3)), w(4, 2)))
    const [first] = layers as [Layer]
    expect(findLayer([{ ...first, node: 'features/0' }], 'features/0').name).toBe(first.name)
    expect(() => findLayer(layers, 'net/Rely')).toThrow(/net\/Relu/)
  })

  test('NHWC images, and a fixed batch', async () => {
    const nhwc: Net = (b, x, w) =>
      head(b, block(b, b.op.Transpose(x, { perm: [0, 3, 1, 2] }), w(4, 3, 3, 3), 2), w(4, 2))
    for (const fixed of [false, true]) {
      const { layers } = await traced(nhwc, [32, 48, 3], fixed)
      expect(layers.at(-1)).toMatchObject({ layout: 'N C y x', height: 15, width: 23, receptiveField: [3, 3] })
    }
  })
})

describe('the default layer', () => {
  const classToken: Net = (b, x, w) => {
    const map = conv(b, x, w(6, 3, 8, 8), 8)
    const patches = b.op.Transpose(b.op.Reshape(map, [0, 6, 24]), { perm: [0, 2, 1] })
    const one = b.op.Expand(w(1, 1, 6), b.op.Concat(b.op.Shape(x, { end: 1 }), [1, 6], { axis: 0 }))
    const tokens = b.op.Concat(one, patches, { axis: 1 })
    const normed = b.named('LayerNormalization', 'norm1', tokens, w(6), { axis: -1 })
    const projected = (width: number) => b.op.Add(b.op.MatMul(normed, w(6, width)), w(width))
    const [q, k, v] = [projected(6), projected(6), projected(6)] as const
    const scores = b.op.Softmax(b.op.MatMul(q, b.op.Transpose(k, { perm: [0, 2, 1] })), { axis: -1 })
    const after = b.op.Add(tokens, b.op.MatMul(scores, v))
    const last = b.op.LayerNormalization(b.op.Add(after, b.op.Relu(b.op.MatMul(after, w(6, 6)))), w(6), { axis: -1 })
    return b.op.MatMul(b.op.Squeeze(b.op.Slice(last, [0], [1], [1]), [1]), w(6, 2))
  }
  const squeezed: Net = (b, x, w) => {
    const y = b.named('Relu', 'last', conv(b, x, w(4, 3, 3, 3), 2, 1))
    const gate = b.op.Sigmoid(conv(b, b.op.GlobalAveragePool(y), w(4, 4, 1, 1)))
    return head(b, b.named('Mul', 'gated', y, gate), w(4, 2))
  }
  const vgg: Net = (b, x, w) => {
    const y = b.named('Relu', 'relu', conv(b, x, w(4, 3, 3, 3), 1, 1))
    const pooled = b.op.MaxPool(y, { kernel_shape: [8, 8], strides: [8, 8] })
    return b.op.MatMul(b.op.Relu(b.op.MatMul(b.op.Flatten(pooled), w(96, 8))), w(8, 2))
  }
  const meanPooled: Net = (b, x, w) => {
    const map = conv(b, x, w(6, 3, 8, 8), 8)
    const tokens = b.op.Transpose(b.op.Reshape(map, [0, 6, 24]), { perm: [0, 2, 1] })
    const norm = b.named('LayerNormalization', 'norm', b.op.Add(tokens, attend(b, tokens)), w(6), { axis: -1 })
    return b.op.MatMul(b.op.ReduceMean(norm, [1], { keepdims: 0 }), w(6, 2))
  }

  test.each([
    ['class token: what the last attention reads', classToken, 'norm1', /only other tokens/],
    ['mean pooling: the final norm', meanPooled, 'norm', /before ReduceMean/],
    ['squeeze and excitation: behind the gate, not in it', squeezed, 'gated', /before GlobalAveragePool/],
    ['VGG: before the last pool', vgg, 'relu', /before Flatten/],
  ])('%s', async (_, net, name, reason) => {
    const { layer, reason: why } = (await traced(net)).chosen()
    expect(layer.name).toBe(name)
    expect(why).toMatch(reason)
  })

  test('behind a border of its own node, as Keras pads: even, and on one side only', async () => {
    const { layers, chosen } = await traced((b, x, weight) => {
      const even = b.op.Pad(x, b.constant(int64([8], [0, 0, 1, 1, 0, 0, 1, 1]), 'even'))
      const first = b.named('Relu', 'first', conv(b, even, weight(4, 3, 3, 3)))
      const after = b.op.Pad(first, b.constant(int64([8], [0, 0, 0, 0, 0, 0, 1, 1]), 'after'))
      const last = b.named('Relu', 'last', conv(b, after, weight(5, 4, 3, 3), 2))
      return head(b, last, weight(5, 4))
    })
    expect(findLayer(layers, 'first')).toMatchObject({ height: 32, width: 48 })
    expect(chosen().layer).toMatchObject({ name: 'last', height: 16, width: 24 })
  })

  test('a padded picture is a map inside a border', async () => {
    const { layers } = await traced((b, x, w) => {
      const pads = b.constant(int64([8], [0, 0, 1, 2, 0, 0, 1, 2]))
      const padded = b.named('Pad', 'padded', block(b, x, w(4, 3, 3, 3), 2, 1), pads)
      return head(b, conv(b, padded, w(4, 4, 3, 3)), w(4, 2))
    })
    expect(findLayer(layers, 'padded')).toMatchObject({ height: 16, width: 24, layout: 'inside a border', others: 120 })
  })

  test('branches of which none carries everything: the last where they part', async () => {
    const { layer, reason } = (
      await traced((b, x, w) => {
        const trunk = b.named('Relu', 'trunk', conv(b, x, w(4, 3, 3, 3), 2, 1))
        const fine = head(b, block(b, trunk, w(4, 4, 3, 3), 1, 1), w(4, 2))
        return b.op.Add(fine, head(b, block(b, trunk, w(4, 4, 3, 3), 2, 1), w(4, 2)))
      })
    ).chosen()
    expect(layer.name).toBe('trunk')
    expect(reason).toBe("the last feature map that all ways to 'y' lead through")
  })

  test('a convolution that leaves a single cell', async () => {
    const { reason } = (
      await traced(
        (b, x, w) => b.op.MatMul(b.op.Flatten(conv(b, block(b, x, w(4, 3, 3, 3), 4, 1), w(4, 4, 8, 8))), w(4, 2)),
        [3, 32, 32],
      )
    ).chosen()
    expect(reason).toBe('the last feature map before Conv leaves a single cell of it')
  })

  test('a segmenter: the features that its maps are read off', async () => {
    const { layer, reason } = (
      await traced((b, x, w) => {
        const features = b.named('Relu', 'features', conv(b, x, w(4, 3, 3, 3), 2, 1))
        const sizes = { mode: 'linear' } as const
        return b.op.Resize(conv(b, features, w(2, 4, 1, 1)), null, b.constant(float32([4], [1, 1, 2, 2])), sizes)
      })
    ).chosen()
    expect(layer.name).toBe('features')
    expect(reason).toMatch(/is read off/)
  })

  test('a model without a map says so', async () => {
    const flat: Net = (b, x, w) => b.op.MatMul(b.op.Flatten(b.op.GlobalAveragePool(x)), w(3, 2))
    await expect(traced(flat).then(({ chosen }) => chosen())).rejects.toThrow(/no layer that is a map/)
  })
})
