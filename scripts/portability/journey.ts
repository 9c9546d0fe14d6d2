/** One method compiled into one model, as four files, through three engines: the measured differences between them. */

import { type ExportOptions, exportMethod, type Method } from 'fovea/explain'
import { int64, numbers, sizeOf, type Tensor } from 'fovea/tensor'
import { largestError } from '../zoo/compare.ts'
import { root } from '../zoo/python.ts'
import { type Answers, engines, type Feeds } from './engine.ts'
import { PythonRuns } from './python-runs.ts'
import type { Subject } from './subject.ts'

/** What is measured: the largest difference, relative to the largest value; it passes up to `allowed`. */
export interface Difference {
  readonly what: string
  readonly value: number
  readonly allowed: number
}

export interface Journey {
  readonly differences: readonly Difference[]
  readonly refused: readonly string[]
}

const variants = {
  top: {},
  required: { class: 'required' },
  layer: { resolution: 'layer' },
  uint8: { input: 'uint8' },
} as const satisfies Record<string, ExportOptions>
type Variant = keyof typeof variants

/** Every run: which file, which feeds. JavaScript cannot give an input that has a default, so `python` marks those. */
interface Leg {
  readonly file: Variant
  readonly feeds: Feeds
  readonly python?: true
}

export async function journey(subject: Subject, method: Method, openvino: boolean): Promise<Journey> {
  const { vision, images, pixels } = subject
  const python = new PythonRuns(`${root}.cache/portability/${subject.name.replaceAll(' ', '-')}-${method.name}`)
  const bytes = {} as Record<Variant, Uint8Array>
  const paths = {} as Record<Variant, string>
  for (const [name, options] of Object.entries(variants) as [Variant, ExportOptions][]) {
    bytes[name] = (await exportMethod(vision, method, options)).bytes
    paths[name] = python.write(`${name}.onnx`, bytes[name])
    python.check(paths[name])
  }
  const legs = legsOf(vision.image.name, images, pixels)
  const own = vision.model.graph.outputs.map(({ name }) => name)
  for (const [id, { file, feeds, python: ofPython }] of Object.entries(legs)) {
    python.add(id, paths[file], feeds, [...own, 'heatmap'])
    if (openvino && !ofPython) python.add(`openvino ${id}`, paths[file], feeds, ['heatmap'], { engine: 'openvino' })
  }
  const three = { [vision.image.name]: images }
  for (const level of ['all', 'disabled'] as const) {
    python.add(`original ${level}`, subject.file, three, own, { optimization: level })
    python.add(`compiled ${level}`, paths.top, three, own, { optimization: level })
  }
  const { answers, refused } = python.run()
  const differences = withinPython(answers)
  const faults = [...refused]
  for (const engine of ['node', 'web'] as const) {
    const local = await inJavaScript(engine, bytes, legs).catch((error: Error) => {
      faults.push(`onnxruntime-${engine}: ${error.message}`)
      return new Map<string, Answers>()
    })
    const gaps = [...local].flatMap(([id, answer]) => {
      const reference = answers.get(id)
      return reference ? [...own, 'heatmap'].map((name) => gap(answer[name], reference[name])) : []
    })
    differences.push({ what: engine, value: Math.max(...gaps), allowed: 1e-4 })
  }
  if (openvino) {
    const gaps = Object.keys(legs).flatMap((id) => {
      const answer = answers.get(`openvino ${id}`)
      return answer ? [gap(answer.heatmap, answers.get(id)?.heatmap)] : []
    })
    differences.push({ what: 'openvino', value: Math.max(...gaps), allowed: 1e-4 })
  }
  for (const level of ['disabled', 'all'] as const)
    differences.push(untouched(own, answers, level, level === 'disabled' ? 0 : 1e-5))
  return { differences, refused: faults }
}

function legsOf(image: string, images: Tensor, pixels: Tensor): Record<string, Leg> {
  const one = { [image]: first(images) }
  const three = { [image]: images }
  const each = { class_index: int64([3], [7, 285, 500]) }
  const seven = { class_index: int64([1], [7]) }
  const top = { class_index: int64([1], [-1]) }
  return {
    seven: { file: 'top', feeds: { ...one, ...seven }, python: true },
    'seven for three': { file: 'top', feeds: { ...three, ...seven }, python: true },
    minus: { file: 'top', feeds: { ...one, ...top }, python: true },
    'left out': { file: 'top', feeds: one },
    'left out for three': { file: 'top', feeds: three },
    'required seven': { file: 'required', feeds: { ...one, ...seven } },
    'required top': { file: 'required', feeds: { ...one, ...top } },
    'required each': { file: 'required', feeds: { ...three, ...each } },
    layer: { file: 'layer', feeds: three },
    pixels: { file: 'uint8', feeds: { pixels } },
  }
}

function withinPython(answers: ReadonlyMap<string, Answers>): Difference[] {
  const map = (id: string) => answers.get(id)?.heatmap
  const compare = (what: string, a: Tensor | undefined, b: Tensor | undefined, allowed: number): Difference => ({
    what,
    value: gap(a, b),
    allowed,
  })
  return [
    compare('-1 = left out', map('minus'), map('left out'), 0),
    compare('required = given', map('required seven'), map('seven'), 0),
    compare('batch = single', part(map('left out for three'), 0), map('left out'), 1e-4),
    compare('each = all', part(map('required each'), 0), part(map('seven for three'), 0), 1e-4),
    compare('uint8 = float', map('pixels'), map('left out for three'), 1e-4),
  ]
}

async function inJavaScript(
  engine: keyof typeof engines,
  bytes: Record<Variant, Uint8Array>,
  legs: Record<string, Leg>,
): Promise<Map<string, Answers>> {
  const answers = new Map<string, Answers>()
  for (const name of Object.keys(bytes) as Variant[]) {
    await using run = await engines[engine](bytes[name])
    for (const [id, { file, feeds, python }] of Object.entries(legs))
      if (file === name && !python) answers.set(id, await run(feeds))
  }
  return answers
}

/** The model's own outputs before and after compiling, in Python. */
function untouched(own: readonly string[], answers: ReadonlyMap<string, Answers>, level: string, allowed: number) {
  const before = answers.get(`original ${level}`)
  const after = answers.get(`compiled ${level}`)
  return {
    what: level === 'all' ? 'outputs' : 'outputs unoptimized',
    value: Math.max(...own.map((name) => gap(after?.[name], before?.[name]))),
    allowed,
  }
}

/** NaN where one is missing or their shapes differ. */
function gap(a: Tensor | undefined, b: Tensor | undefined): number {
  if (!a || !b || String(a.dims) !== String(b.dims)) return Number.NaN
  return largestError(numbers(a), numbers(b))
}

const first = (t: Tensor) => part(t, 0) as Tensor

function part(t: Tensor | undefined, index: number): Tensor | undefined {
  if (!t) return undefined
  const size = sizeOf(t.dims.slice(1))
  return { ...t, dims: [1, ...t.dims.slice(1)], data: t.data.slice(index * size, (index + 1) * size) } as Tensor
}
