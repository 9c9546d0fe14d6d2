/** Random shapes and attributes of windows, parts and samples, seeded, against central differences (maxima: a slow twin). */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Attributes } from '../../src/onnx/index.ts'
import { checkRow, gradientsOf, type Input, type Row } from './harness.ts'

/** FOVEA_RUNS and FOVEA_SEED look further. */
const runs = {
  seed: Number(process.env.FOVEA_SEED ?? 3),
  numRuns: Number(process.env.FOVEA_RUNS ?? 12),
  endOnFailure: true,
}
const check = (name: string, rows: fc.Arbitrary<Row>) =>
  it(name, async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (row) => void (await checkRow({ ...row, zero: true, name: JSON.stringify(row) }))),
      runs,
    )
  })

const whole = (min: number, max: number) => fc.integer({ min, max })

/** One spatial axis: a window that fits into the padded size. */
interface Axis {
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
  readonly after: number
}

const axis = (dilations = 3, pads = 2): fc.Arbitrary<Axis> =>
  fc
    .record({
      kernel: whole(1, 3),
      stride: whole(1, 3),
      dilation: whole(1, dilations),
      before: whole(0, pads),
      after: whole(0, pads),
      extra: whole(0, 4),
    })
    .map(({ extra, ...rest }) => {
      const reach = (rest.kernel - 1) * rest.dilation + 1
      const [before, after] = [Math.min(rest.before, reach - 1), Math.min(rest.after, reach - 1)]
      return { ...rest, before, after, size: Math.max(1, reach + extra - before - after) }
    })
    .filter(({ kernel, dilation, size, before, after }) => size + before + after >= (kernel - 1) * dilation + 1)

const axes = (dilations?: number, pads?: number) =>
  whole(1, 3).chain((rank) => fc.array(axis(dilations, pads), { minLength: rank, maxLength: rank }))

const windowed = (list: readonly Axis[]): Attributes & { kernel_shape: number[] } => ({
  kernel_shape: list.map((a) => a.kernel),
  strides: list.map((a) => a.stride),
  dilations: list.map((a) => a.dilation),
  pads: [...list.map((a) => a.before), ...list.map((a) => a.after)],
})

const input = (dims: readonly number[], more: Partial<Input> = {}): Input => ({ dims, ...more })
const integers = (data: readonly number[]): Input => ({ dims: [data.length], dtype: 'int64', data })

check(
  'Conv',
  fc.tuple(axes(), whole(1, 2), whole(1, 2), whole(1, 2)).map(([list, group, inside, outside]) => ({
    operator: 'Conv',
    name: '',
    inputs: [
      input([1, group * inside, ...list.map((a) => a.size)]),
      input([group * outside, inside, ...list.map((a) => a.kernel)], { batch: false }),
    ],
    attributes: { ...windowed(list), group },
    wrt: [0, 1],
    batch: true,
  })),
)

check(
  'ConvTranspose',
  fc
    .tuple(axes(2, 1), whole(1, 2), whole(1, 2), whole(0, 1))
    .map(([list, group, maps, extra]) => ({
      list: list.map((a) => ({ ...a, extra: Math.min(extra, a.stride - 1) })),
      group,
      maps,
    }))
    .filter(({ list }) =>
      list.every((a) => (a.size - 1) * a.stride + (a.kernel - 1) * a.dilation + 1 + a.extra > a.before + a.after),
    )
    .map(({ list, group, maps }) => ({
      operator: 'ConvTranspose',
      name: '',
      inputs: [
        input([1, group * 2, ...list.map((a) => a.size)]),
        input([group * 2, maps, ...list.map((a) => a.kernel)], { batch: false }),
      ],
      attributes: { ...windowed(list), group, output_padding: list.map((a) => a.extra) },
      wrt: [0, 1],
      batch: true,
    })),
)

const pooled = axes(2, 2).map((list) =>
  list.map((a) => ({
    ...a,
    before: Math.min(a.before, a.kernel - 1),
    after: Math.min(a.after, a.kernel - 1),
    size: a.size + 2,
  })),
)

check(
  'AveragePool',
  fc.tuple(pooled, whole(0, 1), whole(0, 1)).map(([list, ceil_mode, count_include_pad]) => ({
    operator: 'AveragePool',
    name: '',
    opset: 19,
    inputs: [input([1, 2, ...list.map((a) => a.size)])],
    attributes: { ...windowed(list), ceil_mode, count_include_pad },
    batch: true,
  })),
)

/** The gradient of a plane's maxima, written as the definition says it: the first pixel in row-major order that is the largest. */
function twin(
  x: readonly number[],
  [height, width]: readonly [number, number],
  list: readonly [Axis, Axis],
  narrow: readonly [number, number],
  dy: readonly number[],
) {
  const gradient = x.map(() => 0)
  const [down, across] = list
  for (let i = 0; i < narrow[0]; i++)
    for (let j = 0; j < narrow[1]; j++) {
      let winner = -1
      for (let k = 0; k < down.kernel; k++)
        for (let l = 0; l < across.kernel; l++) {
          const row = i * down.stride - down.before + k * down.dilation
          const column = j * across.stride - across.before + l * across.dilation
          if (row < 0 || row >= height || column < 0 || column >= width) continue
          const place = row * width + column
          if (winner < 0 || (x[place] as number) > (x[winner] as number)) winner = place
        }
      gradient[winner] = (gradient[winner] as number) + (dy[i * narrow[1] + j] as number)
    }
  return gradient
}

it('MaxPool, with many ties', async () => {
  const planes = fc.tuple(
    fc.array(axis(2, 2), { minLength: 2, maxLength: 2 }).map((list) =>
      list.map((a) => ({
        ...a,
        before: Math.min(a.before, a.kernel - 1),
        after: Math.min(a.after, a.kernel - 1),
        size: a.size + 2,
      })),
    ),
    fc.array(whole(0, 2), { minLength: 200, maxLength: 200 }),
  )
  await fc.assert(
    fc.asyncProperty(planes, async ([list, data]) => {
      const [down, across] = list as [Axis, Axis]
      const narrow = list.map((a) => {
        return Math.floor((a.size + a.before + a.after - (a.kernel - 1) * a.dilation - 1) / a.stride) + 1
      }) as [number, number]
      const x = data.slice(0, down.size * across.size)
      const dy = Array.from({ length: narrow[0] * narrow[1] }, (_, i) => i + 1)
      const row: Row = {
        operator: 'MaxPool',
        name: 'ties',
        inputs: [input([1, 1, down.size, across.size], { data: x })],
        attributes: windowed(list),
        weights: [dy],
      }
      expect((await gradientsOf(row))[0]).toEqual(twin(x, [down.size, across.size], [down, across], narrow, dy))
    }),
    { ...runs, numRuns: 30 },
  )
})

const sized = (max: number) => fc.array(whole(1, max), { minLength: 2, maxLength: 3 })

check(
  'Slice',
  sized(6).chain((sizes) =>
    fc
      .tuple(
        ...sizes.map((size) =>
          fc.tuple(whole(-size - 1, size), whole(-size - 2, size + 2), fc.constantFrom(-3, -2, -1, 1, 2, 3)),
        ),
      )
      .filter((limits) => limits.every(([start, end, step], i) => taken(sizes[i] as number, start, end, step) > 0))
      .map((limits) => ({
        operator: 'Slice',
        name: '',
        inputs: [
          input([1, ...sizes]),
          ...[0, 1].map((k) => integers(limits.map((limit) => limit[k] as number))),
          integers(limits.map((_, i) => i + 1)),
          integers(limits.map(([, , step]) => step)),
        ],
        constants: [1, 2, 3, 4],
        batch: true,
      })),
  ),
)

function taken(size: number, start: number, end: number, step: number): number {
  const from = (value: number) => (value < 0 ? value + size : value)
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high)
  const first = step > 0 ? clamp(from(start), 0, size) : clamp(from(start), 0, size - 1)
  const last = step > 0 ? clamp(from(end), 0, size) : clamp(from(end), -1, size - 1)
  return Math.ceil((last - first) / step)
}

check(
  'Pad',
  fc
    .tuple(
      sized(3).map((sizes) => sizes.map((size) => size + 2)),
      fc.constantFrom('constant', 'reflect', 'edge', 'wrap'),
    )
    .chain(([sizes, mode]) =>
      fc
        .tuple(...sizes.map(() => fc.tuple(whole(-1, 3), whole(-1, 3))))
        .filter((pads) =>
          pads.every(([before, after], i) => {
            const core = (sizes[i] as number) + Math.min(before, 0) + Math.min(after, 0)
            const most = mode === 'reflect' ? core - 1 : mode === 'wrap' ? core : 9
            return core > 0 && Math.max(before, after) <= most && (mode !== 'reflect' || core > 1)
          }),
        )
        .map((pads) => ({
          operator: 'Pad',
          name: '',
          opset: 19,
          inputs: [input([1, ...sizes]), integers([0, ...pads.map(([b]) => b), 0, ...pads.map(([, a]) => a)])],
          constants: [1],
          attributes: { mode },
          batch: true,
        })),
    ),
)

check(
  'Resize',
  fc
    .record({
      sizes: fc.tuple(whole(2, 6), whole(2, 6)),
      scales: fc.tuple(fc.double({ min: 0.4, max: 2.6, noNaN: true }), fc.double({ min: 0.4, max: 2.6, noNaN: true })),
      mode: fc.constantFrom('nearest', 'linear', 'cubic'),
      coordinate_transformation_mode: fc.constantFrom(
        'half_pixel',
        'pytorch_half_pixel',
        'align_corners',
        'asymmetric',
        'half_pixel_symmetric',
      ),
      nearest_mode: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
      antialias: whole(0, 1),
    })
    .filter(({ sizes, scales }) => sizes.every((size, i) => Math.floor(size * (scales[i] as number)) >= 1))
    .map(({ sizes, scales, antialias, ...attributes }) => ({
      operator: 'Resize',
      name: '',
      opset: 19,
      inputs: [input([1, 2, ...sizes]), null, { dims: [4], dtype: 'float32' as const, data: [1, 1, ...scales] }],
      constants: [2],
      attributes: { ...attributes, antialias: attributes.mode === 'nearest' ? 0 : antialias },
      batch: true,
    })),
)

check(
  'Gather',
  fc
    .tuple(sized(5), whole(0, 2), fc.array(whole(-1, 0), { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([sizes, place, picks, known]) => {
      const axis = place % sizes.length
      const size = sizes[axis] as number
      const data = picks.map((pick, i) => (pick < 0 ? -1 - (i % size) : (i * 7) % size))
      return {
        operator: 'Gather',
        name: '',
        inputs: [input([1, ...sizes]), { dims: [data.length], dtype: 'int64' as const, data, batch: false }],
        constants: known ? [1] : [],
        attributes: { axis: axis + 1 },
        batch: true,
      }
    }),
)

check(
  'GridSample',
  fc
    .record({
      sizes: fc.tuple(whole(1, 5), whole(1, 5)),
      mode: fc.constantFrom('linear', 'cubic', 'nearest'),
      padding_mode: fc.constantFrom('zeros', 'border', 'reflection'),
      align_corners: whole(0, 1),
      shift: fc.double({ min: 0.011, max: 0.019, noNaN: true }),
    })
    .filter(({ sizes, align_corners }) => align_corners === 0 || sizes.every((size) => size > 1))
    .map(({ sizes, shift, ...attributes }) => ({
      operator: 'GridSample',
      name: '',
      opset: 20,
      inputs: [input([1, 2, ...sizes]), { dims: [1, 2, 3, 2], data: positions.map((p) => p + shift) }],
      attributes,
      wrt: [0],
      batch: true,
    })),
)

const positions = [-0.83, 0.37, 0.61, -0.29, 1.13, -0.57, 0.17, 0.89, -1.31, 0.43, -0.13, -1.72]
