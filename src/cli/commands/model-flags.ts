/** The flags that say which model, which preset, which methods: shared by the commands that open models. */

import { decodeImage, hasNativeRuntime, readBytes } from '#platform'
import { didYouMean, FoveaError } from '../../error/index.ts'
import { findMethod, type Method, methods, type Options } from '../../explain/index.ts'
import { type GivenInput, type OpenOptions, openModel, presets, type VisionModel } from '../../models/index.ts'
import type { Device } from '../../platform/index.ts'
import { decodeNpy, type Image } from '../../tensor/index.ts'
import { commonFlags, type Flag, type Given, type Screen } from '../command.ts'

export const modelFlags: Readonly<Record<string, Flag>> = {
  preset: {
    type: 'string',
    value: '<name|file>',
    describe: `how an image becomes the input: ${Object.keys(presets).join(', ')}, or a preset.json`,
  },
  output: { type: 'string', value: '<name>', describe: 'the output that holds the scores, or that is explained' },
  input: {
    type: 'string',
    value: '<name=value>',
    multiple: true,
    describe: 'an input beside the picture: a number, numbers with commas, or a .npy file; may be repeated',
  },
  labels: { type: 'string', value: '<file>', describe: 'class names, one a line' },
  size: { type: 'string', value: '<HxW>', minus: true, describe: 'the input size, for models that leave it open' },
  layout: { type: 'string', value: '<word>', describe: 'NCHW or NHWC, when the guess is wrong' },
  device: {
    type: 'string',
    value: '<name>',
    describe: 'auto, cpu (native ONNX Runtime) or wasm (its WebAssembly build)',
  },
}

/** What is explained: a flag of the commands that explain. */
export const targetFlag: Flag = {
  type: 'string',
  short: 't',
  value: '<target>',
  minus: true,
  describe:
    'what to explain: top, logits[243] - logits[281], prob["tiger cat"], -y[0], sum(seg[15]) … (docs/targets.md)',
}

/**
 * Opens the model and announces what was guessed.
 * @param ownInputs inputs that the target takes, and not the model
 */
export async function modelOf(
  given: Given,
  path: string | undefined,
  screen: Screen,
  ownInputs: readonly string[] = [],
): Promise<VisionModel> {
  const size = given.text('size')
  const parts = size === undefined ? undefined : /^(\d+)(?:x(\d+))?$/.exec(size)
  if (parts === null)
    throw new FoveaError('FOVEA_USAGE', `--size is a number or HEIGHTxWIDTH in pixels, not '${size}'.`)
  const options: OpenOptions = {
    preset: given.text('preset'),
    output: given.text('output'),
    labels: given.text('labels'),
    layout: layoutOf(given),
    inputs: Object.fromEntries(Object.entries(await inputsOf(given)).filter(([name]) => !ownInputs.includes(name))),
    size: parts ? [Number(parts[1]), Number(parts[2] ?? parts[1])] : undefined,
    device: deviceOf(given),
  }
  const vision = await openModel(path, options)
  // What is asked for needs no announcement.
  const quiet = given.text('target') === undefined ? undefined : vision.targets.note
  for (const note of vision.notes) if (note !== quiet) screen.note(`note: ${note}`)
  if (options.device === 'auto' && !(await hasNativeRuntime()))
    screen.note('note: onnxruntime-node is not installed: running on its WebAssembly build, 4 to 7 times slower.')
  return vision
}

function layoutOf(given: Given): 'NCHW' | 'NHWC' | undefined {
  const layout = given.text('layout')?.toUpperCase()
  if (layout === undefined || layout === 'NCHW' || layout === 'NHWC') return layout
  throw new FoveaError('FOVEA_USAGE', `--layout is NCHW or NHWC, not '${given.text('layout')}'.`)
}

/** `--input name=value`, each a number, several with commas, or a .npy file. @throws FoveaError FOVEA_USAGE, FOVEA_IO */
export async function inputsOf(given: Given): Promise<Record<string, GivenInput>> {
  const entries = given.list('input').flatMap((text) => {
    const at = text.lastIndexOf('=')
    // For `fovea compile`, which has words without a name, too.
    return at < 0 && (text === 'float' || text === 'uint8') ? [] : [[text, at] as const]
  })
  const values = entries.map(async ([text, at]): Promise<[string, GivenInput]> => {
    const [name, value] = [text.slice(0, at), text.slice(at + 1)]
    if (at <= 0 || value === '') throw new FoveaError('FOVEA_USAGE', `--input is name=value, not '${text}'.`)
    if (value.endsWith('.npy')) return [name, decodeNpy(await readBytes(value))]
    const numbers = value
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((part) => Number(part.trim() === '' ? Number.NaN : part))
    if (numbers.every(Number.isFinite)) return [name, numbers]
    throw new FoveaError(
      'FOVEA_USAGE',
      `--input ${name} is a number, numbers with commas, or a .npy file, not '${value}'.`,
    )
  })
  return Object.fromEntries(await Promise.all(values))
}

export function deviceOf(given: Given): Device {
  const device = given.text('device') ?? 'auto'
  if (device === 'auto' || device === 'cpu' || device === 'wasm' || device === 'webgpu') return device
  throw new FoveaError('FOVEA_USAGE', `--device is auto, cpu or wasm, not '${device}'.`)
}

/** The flags of a command that runs methods: its own, and the options of every method. None may hide another. */
export function withMethodFlags(own: Readonly<Record<string, Flag>>): Readonly<Record<string, Flag>> {
  const options = methodFlags()
  const hidden = Object.keys(options).find((name) => name in own || name in commonFlags)
  if (hidden)
    throw new FoveaError('FOVEA_INTERNAL', `A method has an option '${hidden}', which is a flag of the command.`)
  return { ...own, ...options }
}

/** The options of every method as flags; methods that share an option share its flag. */
function methodFlags(): Readonly<Record<string, Flag>> {
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
  const chosen = names === 'all' ? methods : [...new Set(names.split(',').map((name) => findMethod(name.trim())))]
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

/** `--picture name=file`, for methods that take pictures beside the photograph. @throws FoveaError FOVEA_USAGE, FOVEA_IMAGE */
export async function picturesOf(
  given: Given,
  chosen: readonly { readonly method: Method }[],
): Promise<Record<string, readonly Image[]>> {
  const known = new Set(chosen.flatMap(({ method }) => Object.keys(method.pictures ?? {})))
  const pictures: Record<string, Image[]> = {}
  for (const text of given.list('picture')) {
    const at = text.indexOf('=')
    const [name, path] = [text.slice(0, at), text.slice(at + 1)]
    if (at <= 0 || path === '') throw new FoveaError('FOVEA_USAGE', `--picture is name=file, not '${text}'.`)
    if (!known.has(name))
      throw new FoveaError(
        'FOVEA_USAGE',
        `${chosen.map(({ method }) => method.name).join(', ')} takes no picture '${name}'${didYouMean(name, known)}; it takes ${[...known].join(', ') || 'none'}.`,
      )
    const list = pictures[name] ?? []
    list.push(await decodeImage(await readBytes(path), { name: path }))
    pictures[name] = list
  }
  return pictures
}

/** `--budget 5s`, `--budget 800ms`, in milliseconds. @throws FoveaError FOVEA_USAGE */
export function budgetOf(given: Given): number | undefined {
  const text = given.text('budget')
  if (text === undefined) return undefined
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  if (!parts) throw new FoveaError('FOVEA_USAGE', `--budget is a time such as 5s, 800ms or 2m, not '${text}'.`)
  return Number(parts[1]) * ({ ms: 1, s: 1000, m: 60_000 }[parts[2] as 'ms' | 's' | 'm'] ?? 1)
}
