/**
 * A run as one program: the model stands in the file twice, on the same weights. Once on the images themselves, so that its own
 * outputs are what they were; once with its gradient on the samples that each image becomes, laid along the batch axis.
 */

import { FoveaError } from '../error/index.ts'
import type { VisionModel } from '../models/index.ts'
import {
  Builder,
  dataTypeOf,
  dropDead,
  type Graph,
  graft,
  type Value,
  type ValueInfo,
  withGraph,
} from '../onnx/index.ts'
import type { CompiledMethod, CompileOptions } from './compile.ts'
import type { Images, RunMethod, Unrolled } from './method.ts'
import { completeFor } from './options.ts'
import { compileRecipe, fixSize } from './recipe.ts'
import { withPixels } from './study.ts'
import { addTarget, classInput, pinnedTarget } from './target.ts'

const gradientOutput = 'samples/gradient'

/** @throws FoveaError FOVEA_USAGE for a model that fixes its batch, or a target with a mask; as `compileMethod` */
export async function compileUnrolled(
  vision: VisionModel,
  method: RunMethod,
  unrolled: Unrolled,
  choice: CompileOptions,
): Promise<CompiledMethod> {
  refuseFixed(vision, method)
  const options = completeFor(method, choice.options ?? {}, choice.like)
  const target = pinnedTarget(vision, method, options, choice.target)
  const { pixels, format } = vision
  const inner = await compileRecipe(
    vision,
    withPixels(vision, {
      name: method.name,
      wants: () => [{ at: pixels.name }],
      write: ({ gradient }) => ({ [gradientOutput]: gradient }),
    }),
    { target, class: 'required', device: choice.device, engine: choice.engine },
  )
  const face = addTarget(vision, target, choice.class ?? 'top')
  if (face.mask)
    throw new FoveaError(
      'FOVEA_USAGE',
      `${method.title} cannot be compiled with a target that takes a mask; fovea explain can do it.`,
    )
  const rows = unrolled.samples(options)
  const ahead = new Builder(face.graph)
  const bound = ahead.within('samples', () => {
    const { op } = ahead
    const images = imagesOf(ahead, vision)
    const made = unrolled.ahead(images, options)
    const flat = op.Reshape(made, op.Concat([-1], op.Shape(images.value, { start: 1 }), { axis: 0 }))
    const dtype = ahead.dtype(pixels.name) ?? 'float32'
    const batch = dtype === 'float32' ? flat : op.Cast(flat, { to: dataTypeOf(dtype) })
    const times = (value: Value) => repeat(images, value, rows)
    const inputs = new Map([[pixels.name, batch.name]])
    for (const input of inner.model.graph.inputs)
      if (input.name === classInput && face.classes.class)
        inputs.set(input.name, times(ahead.value(face.classes.class.name)).name)
      else if (growsWith(vision, input)) inputs.set(input.name, times(ahead.value(input.name)).name)
    return inputs
  })
  const grown = graft(ahead.finish(), inner.model.graph, bound, 'samples')
  const behind = new Builder(grown.graph)
  const heatmap = behind.within(method.name, () => {
    const { op } = behind
    const view = imagesOf(behind, vision)
    const rest = op.Shape(view.value, { start: 1 })
    const gradient = op.Reshape(
      behind.value(grown.name(inner.outputs[gradientOutput]?.name ?? gradientOutput)),
      op.Concat([-1, rows], rest, { axis: 0 }),
    )
    return behind.named('Identity', 'heatmap', unrolled.heatmap(view, gradient, options))
  })
  const info: ValueInfo = { ...heatmap, shape: ['N', format.height, format.width] }
  const graph: Graph = dropDead(behind.finish([info]))
  return {
    method,
    options,
    layer: undefined,
    model: withGraph(vision.model, fixSize(graph, vision), { irVersion: Math.max(vision.model.irVersion, 8) }),
    heatmap: info,
    sums: undefined,
    details: {},
    classes: face.classes,
    target: face.expression,
    score: face.score,
    mask: undefined,
    rules: inner.rules,
    notes: [],
    rows,
    measured: inner.measured,
  }
}

function imagesOf(builder: Builder, vision: VisionModel): Images {
  const { op } = builder
  const raw = builder.value(vision.pixels.name)
  const value = raw.dtype === 'float32' ? raw : op.Cast(raw, { to: 1 })
  return { op, builder, vision, value, channels: vision.pixels.layout === 'NCHW' ? 1 : 3 }
}

/** One row an image (or one row for all) -> `times` equal rows an image, those of one image beside each other. */
function repeat({ op, value }: Images, rows: Value, times: number): Value {
  const images = op.Shape(value, { start: 0, end: 1 })
  const rest = op.Shape(rows, { start: 1 })
  const each = op.Expand(rows, op.Concat(images, op.Expand([1], op.Shape(rest)), { axis: 0 }))
  const spread = op.Expand(op.Unsqueeze(each, [1]), op.Concat(images, [times], rest, { axis: 0 }))
  return op.Reshape(spread, op.Concat([-1], rest, { axis: 0 }))
}

/** An input beside the picture that has a row for each image. */
const growsWith = ({ image, pixels }: VisionModel, { name, shape }: ValueInfo): boolean =>
  name !== image.name && name !== pixels.name && typeof shape?.[0] === 'string' && shape[0] === image.shape?.[0]

function refuseFixed({ name, batch, measured }: VisionModel, { title }: RunMethod): void {
  if (batch === null && measured.batch === true) return
  const why =
    batch === null
      ? measured.batch
      : batch === 0
        ? 'its input has no axis for images'
        : `it takes exactly ${batch} at once`
  throw new FoveaError(
    'FOVEA_USAGE',
    `${title} runs on all its samples at once, and ${name} cannot take several images: ${why}. Export the model with an open batch axis, or use fovea explain, which runs them one by one.`,
  )
}
