/** A compiled method as the bytes of an ordinary .onnx file: the model's own outputs, untouched, and `heatmap` [N, H, W]. */

import { show } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import type { VisionModel } from '../models/index.ts'
import { Builder, dropDead, encodeModel, type Graph, printType, type ValueInfo, withGraph } from '../onnx/index.ts'
import { float32 } from '../tensor/index.ts'
import { type CompiledMethod, type CompileOptions, classInput, compileMethod } from './compile.ts'
import type { Method } from './method.ts'
import { version } from './version.ts'

export interface ExportOptions extends CompileOptions {
  /** 'input' (default): the heatmap is enlarged to the input's size, bilinear with half-pixel centres; 'layer': as computed. */
  readonly resolution?: 'input' | 'layer'
  /** 'float' (default): the model's own input; 'uint8': RGB pixels [N, H, W, 3] of the input's size, normalised inside. */
  readonly input?: 'float' | 'uint8'
}

export interface Exported {
  readonly bytes: Uint8Array
  readonly compiled: CompiledMethod
}

/** @throws FoveaError as `compileMethod` */
export async function exportMethod(
  vision: VisionModel,
  method: Method,
  options: ExportOptions = {},
): Promise<Exported> {
  const compiled = await compileMethod(vision, method, options)
  const { graph } = compiled.model
  const own = vision.model.graph.outputs
  const enlarged = options.resolution === 'layer' ? graph : enlarge(graph, compiled, vision)
  const heatmap = enlarged.outputs.find((output) => output.name === 'heatmap') as ValueInfo
  const face = dropDead({ ...enlarged, outputs: [...own, heatmap] })
  const complete = options.input === 'uint8' ? fromPixels(face, vision) : face
  const metadata = { ...compiled.model.metadata, ...describe(vision, compiled, options) }
  return { bytes: encodeModel(withGraph(compiled.model, complete, { metadata }), { inline: true }), compiled }
}

function enlarge(graph: Graph, compiled: CompiledMethod, { format }: VisionModel): Graph {
  const [, height, width] = compiled.heatmap.shape ?? []
  if (height === format.height && width === format.width) return graph
  const small = 'fovea/heatmap'
  const nodes = graph.nodes.map((node) =>
    node.outputs[0] === 'heatmap' ? { ...node, name: small, outputs: [small] } : node,
  )
  const builder = new Builder({ ...graph, nodes, outputs: graph.outputs.filter(({ name }) => name !== 'heatmap') })
  const { op } = builder
  builder.within('fovea/enlarge', () => {
    const map = op.Unsqueeze(builder.value(small), [1])
    const sizes = op.Concat(op.Shape(map, { end: 2 }), [format.height, format.width], { axis: 0 })
    const resized = op.Resize(map, null, null, sizes, { mode: 'linear', coordinate_transformation_mode: 'half_pixel' })
    builder.named('Squeeze', 'heatmap', resized, [1])
  })
  return builder.finish([{ ...compiled.heatmap, shape: ['N', format.height, format.width] }])
}

/** input = (pixel * scale - mean) / std, from uint8 [N, H, W, 3] in RGB to the model's layout and channel order. */
function fromPixels(graph: Graph, { image, format, batch }: VisionModel): Graph {
  const { preset, layout, depth, height, width } = format
  if (depth !== 3 || image.dtype !== 'float32' || batch === 0)
    throw new FoveaError(
      'FOVEA_USAGE',
      `--input uint8 needs a model with a float32 input of three channels and an axis for the images; '${image.name}' is ${printType(image.dtype, image.shape)}.`,
    )
  const builder = new Builder({ ...graph, inputs: [], outputs: [], nodes: [] })
  const { op } = builder
  const perChannel = (values: readonly number[]) => builder.constant(float32([3], [...values]), 'channel')
  builder.within('fovea/normalize', () => {
    const pixels = builder.input('pixels', 'uint8', [batch ?? 'N', height, width, 3])
    const rgb = op.Cast(pixels, { to: 1 })
    const ordered = preset.channels === 'RGB' ? rgb : op.Gather(rgb, [2, 1, 0], { axis: 3 })
    const scaled = op.Mul(ordered, preset.scale)
    const centred = op.Sub(scaled, perChannel(preset.mean))
    const divisor = perChannel(preset.std)
    if (layout === 'NHWC') builder.named('Div', image.name, centred, divisor)
    else builder.named('Transpose', image.name, op.Div(centred, divisor), { perm: [0, 3, 1, 2] })
  })
  const before = builder.finish()
  return {
    ...graph,
    inputs: [...before.inputs, ...graph.inputs.filter(({ name }) => name !== image.name)],
    nodes: [...before.nodes, ...graph.nodes],
    constants: new Map([...graph.constants, ...before.constants]),
  }
}

function describe(
  vision: VisionModel,
  { method, options, layer, target, classes, mask }: CompiledMethod,
  choice: ExportOptions,
): Record<string, string> {
  const { source: _, ...preset } = vision.format.preset
  const size = `${vision.format.height}x${vision.format.width}`
  return {
    fovea: `${method.title} compiled into ${vision.name} by Fovea ${version}`,
    'fovea.method': method.name,
    'fovea.options': JSON.stringify(options),
    'fovea.heatmap': `output 'heatmap' [N, H, W], raw values${choice.resolution === 'layer' ? ', at the size of the layer' : `, ${size}`}`,
    'fovea.target': show(target),
    ...(classes.class
      ? {
          'fovea.class': `input '${classInput}' int64 [1] or [N]: the class to explain, 0 to ${(vision.head?.classes ?? 1) - 1}; -1 is each image's top class; ONNX Runtime refuses any other number`,
        }
      : {}),
    ...(mask ? { 'fovea.mask': `input '${mask.name}' float32 [1 or N, ${mask.shape?.slice(1).join(', ')}]` } : {}),
    ...(layer ? { 'fovea.layer': `${layer.layer.name} (${layer.reason})` } : {}),
    'fovea.model.sha256': vision.hash,
    'fovea.preset': JSON.stringify(preset),
  }
}
