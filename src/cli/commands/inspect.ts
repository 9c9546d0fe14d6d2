/** `fovea inspect`: what a model is made of, and what Fovea can do with it. */

import { FoveaError } from '../../error/index.ts'
import { type Inspection, inspect, type LayerReport, type OperatorReport } from '../../models/index.ts'
import { printType } from '../../onnx/index.ts'
import type { Command } from '../command.ts'
import { columns } from '../help.ts'
import { modelFlags, modelOf } from './model-flags.ts'

export const inspectCommand: Command = {
  name: 'inspect',
  summary:
    'What a model is made of: inputs, outputs, operators with their backward rule, layers, parameters, multiply-adds.',
  positional: '[model.onnx]',
  examples: [
    ['fovea inspect model.onnx', 'the overview'],
    ['fovea inspect model.onnx --layers', 'every layer that can carry a map'],
    ['fovea inspect model.onnx --json', 'all of it for programs'],
  ],
  flags: {
    layers: { type: 'boolean', describe: 'list all layers (default: the last of each size)' },
    coverage: { type: 'boolean', describe: 'only the operators: backward rule, count, first node' },
    json: { type: 'boolean', describe: 'as JSON' },
    ...modelFlags,
  },
  async run(given, screen) {
    if (given.words.length > 1) throw new FoveaError('FOVEA_USAGE', `One model at a time, not ${given.words.length}.`)
    const inspection = inspect(await modelOf(given, given.words[0], screen))
    if (given.on('json')) screen.print(JSON.stringify(inspection, null, 2))
    else if (given.on('coverage')) screen.print(operators(inspection, true).join('\n'))
    else screen.print(overview(inspection, given.on('layers')))
    return 0
  },
}

function overview(found: Inspection, all: boolean): string {
  const {
    name,
    producer,
    opset,
    fileOpset,
    sha256,
    inputs,
    outputs,
    batch,
    parameters,
    multiplyAdds,
    layers,
    picture,
    target,
  } = found
  const shown = all ? layers : lastOfEachSize(layers)
  return [
    `${name}  opset ${fileOpset === opset ? opset : `${fileOpset}, lifted to ${opset}`}${producer ? `, ${producer}` : ''}, sha256 ${sha256.slice(0, 12)}`,
    ...inputs.map((input) => `  input   ${input.name}: ${printType(input.dtype, input.shape)}`),
    ...outputs.map(
      (output) =>
        `  output  ${output.name}: ${printType(output.dtype, output.shape)}, measured [${output.measured.join(', ')}]`,
    ),
    `  picture ${picture.height} x ${picture.width}, ${picture.channels === 1 ? 'grey' : 'colour'}, ${picture.layout}, values ${picture.range.map((v) => Number(v.toPrecision(3))).join(' to ')} (preset ${picture.preset}: ${picture.source})`,
    `  target  ${target.usual ?? 'none without --target'}; ${target.sayable}`,
    `  ${(parameters / 1e6).toFixed(2)} M parameters, ${(multiplyAdds / 1e9).toFixed(3)} G multiply-adds an image, ${batch === true ? 'any batch' : `one image at a time (${batch})`}`,
    '',
    ...operators(found),
    '',
    `Layers${all ? '' : ` (the last of each size; --layers lists all ${layers.length})`}`,
    ...columns(
      shown.map((layer) => [
        layer.name,
        `${describe(layer)}${layer.name === found.defaultLayer?.name ? '   <- default for CAM methods' : ''}`,
      ]),
    ),
    ...(found.defaultLayer
      ? [`  default: ${found.defaultLayer.name}, ${found.defaultLayer.reason}`]
      : ['  no value is a map of the image: CAM methods cannot be used']),
  ].join('\n')
}

/** Operator, channels x height x width, how the map lies in the value, receptive field and stride in pixels of the image. */
function describe({ op, channels, height, width, layout, others, receptiveField, stride }: LayerReport): string {
  const counted = others > 0 && layout !== 'inside a border'
  const kind = layout === 'N C y x' ? [] : [counted ? `${layout} + ${others}` : layout]
  const pixels = ([y, x]: readonly [number, number]) => (y === x ? String(y) : `${y} x ${x}`)
  const sees = receptiveField ? [`sees ${pixels(receptiveField)}`] : []
  const step = stride ? [`stride ${pixels(stride)}`] : []
  return [`${op}  ${channels} x ${height} x ${width}`, ...kind, ...sees, ...step].join(', ')
}

/** @param first with the first node of each */
function operators({ operators: reports }: Inspection, first = false): string[] {
  const words = ({ gradient, reason }: OperatorReport) =>
    gradient === 'rule'
      ? 'gradient rule'
      : gradient === 'missing'
        ? `NO RULE${reason ? `: ${reason}` : ': gradients cannot pass it'}`
        : 'passes no gradient, by its nature'
  return [
    'Operators',
    ...columns(
      reports.map((report) => [
        `${String(report.count).padStart(4)}  ${report.operator}`,
        first || report.gradient === 'missing' ? `${words(report)} (first: ${report.first})` : words(report),
      ]),
    ),
  ]
}

function lastOfEachSize(layers: readonly LayerReport[]): LayerReport[] {
  return layers.filter(
    (layer, i) => !layers.slice(i + 1).some((later) => later.height === layer.height && later.width === layer.width),
  )
}
