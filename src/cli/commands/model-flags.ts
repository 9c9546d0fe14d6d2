/** The flags that say which model, which preset, which methods: shared by the commands that open models. */

import { hasNativeRuntime } from '#platform'
import { FoveaError } from '../../error/index.ts'
import { findMethod, type Method, methods, type Options } from '../../explain/index.ts'
import { type OpenOptions, openModel, presets, type VisionModel } from '../../models/index.ts'
import type { Device } from '../../platform/index.ts'
import type { Flag, Given, Screen } from '../command.ts'

export const modelFlags: Readonly<Record<string, Flag>> = {
  preset: {
    type: 'string',
    value: '<name|file>',
    describe: `how an image becomes the input: ${Object.keys(presets).join(', ')}, or a preset.json`,
  },
  output: { type: 'string', value: '<name>', describe: 'the output of the model that holds the scores' },
  labels: { type: 'string', value: '<file>', describe: 'class names, one a line' },
  size: { type: 'string', value: '<HxW>', describe: 'the input size, for models that leave it open' },
  device: {
    type: 'string',
    value: '<name>',
    describe: 'auto, cpu (native ONNX Runtime) or wasm (its WebAssembly build)',
  },
}

/** Opens the model and announces what was guessed. */
export async function modelOf(given: Given, path: string | undefined, screen: Screen): Promise<VisionModel> {
  const size = given.text('size')
  const parts = size === undefined ? undefined : /^(\d+)(?:x(\d+))?$/.exec(size)
  if (parts === null) throw new FoveaError('FOVEA_USAGE', `--size is a number or HEIGHTxWIDTH, not '${size}'.`)
  const options: OpenOptions = {
    preset: given.text('preset'),
    output: given.text('output'),
    labels: given.text('labels'),
    size: parts ? [Number(parts[1]), Number(parts[2] ?? parts[1])] : undefined,
    device: deviceOf(given),
  }
  const vision = await openModel(path, options)
  for (const note of vision.notes) screen.note(`note: ${note}`)
  if (options.device === 'auto' && !(await hasNativeRuntime()))
    screen.note('note: onnxruntime-node is not installed: running on its WebAssembly build, 4 to 7 times slower.')
  return vision
}

export function deviceOf(given: Given): Device {
  const device = given.text('device') ?? 'auto'
  if (device === 'auto' || device === 'cpu' || device === 'wasm' || device === 'webgpu') return device
  throw new FoveaError('FOVEA_USAGE', `--device is auto, cpu or wasm, not '${device}'.`)
}

/** The options of every method as flags; methods that share an option share its flag. */
export function methodFlags(): Readonly<Record<string, Flag>> {
  const flags: Record<string, Flag> = {}
  for (const method of methods)
    for (const [name, option] of Object.entries(method.options)) {
      const choices = option.choices ? ` (${option.choices.join(', ')})` : ''
      const says = `${method.name}: ${option.describe}${choices}; default ${option.default}`
      const other = flags[name]
      flags[name] = {
        type: 'string',
        value: `<${typeof option.default === 'string' ? 'word' : typeof option.default}>`,
        describe: other ? `${other.describe}; ${says}` : says,
      }
    }
  return flags
}

/** The methods asked for, each with those of the given option flags that it has. */
export function methodsOf(given: Given, names: string): { method: Method; options: Options }[] {
  const chosen = names === 'all' ? methods : names.split(',').map((name) => findMethod(name.trim()))
  const flags = Object.keys(methodFlags()).filter((flag) => given.text(flag) !== undefined)
  const useless = flags.find((flag) => !chosen.some((method) => method.options[flag]))
  if (useless)
    throw new FoveaError('FOVEA_USAGE', `--${useless} is no option of ${chosen.map(({ name }) => name).join(' or ')}.`)
  return chosen.map((method) => ({
    method,
    options: Object.fromEntries(
      flags.filter((flag) => method.options[flag]).map((flag) => [flag, given.text(flag) as string]),
    ),
  }))
}
