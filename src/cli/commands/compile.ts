/** `fovea compile`: a method as nodes of the model; any ONNX Runtime then answers scores and heatmap. */

import { writeBytes } from '#platform'
import { show } from '../../autodiff/index.ts'
import { FoveaError } from '../../error/index.ts'
import { exportMethod } from '../../explain/index.ts'
import type { Command, Given, Screen } from '../command.ts'
import { methodsOf, modelFlags, modelOf, targetFlag, withMethodFlags } from './model-flags.ts'

export const compile: Command = {
  name: 'compile',
  summary: 'A method compiled into the model: an ordinary .onnx whose outputs are its own and heatmap [N, H, W].',
  positional: '[model.onnx]',
  examples: [
    [
      'fovea compile model.onnx --method grad-cam -o explainer.onnx',
      'inputs: the image and class_index (-1 or left out: the top class)',
    ],
    [
      'fovea compile model.onnx --method saliency --input uint8 -o explainer.onnx',
      'takes RGB pixels [N, H, W, 3]; normalises inside',
    ],
  ],
  flags: withMethodFlags({
    method: { type: 'string', value: '<name>', describe: 'the method; default grad-cam' },
    layer: { type: 'string', short: 'l', value: '<name>', describe: 'the layer that CAM methods look at' },
    out: { type: 'string', short: 'o', value: '<file>', describe: 'the .onnx to write, or -' },
    resolution: {
      type: 'string',
      value: '<word>',
      describe: "input (default): the heatmap at the input's size; layer: as computed",
    },
    target: targetFlag,
    'class-input': {
      type: 'string',
      value: '<word>',
      describe:
        'optional (default): class_index may be left out; required: it must be given, which ONNX Runtime for JavaScript needs to set it at all',
    },
    json: { type: 'boolean', describe: 'what was written, as JSON' },
    ...modelFlags,
    input: {
      type: 'string',
      value: '<word|name=value>',
      multiple: true,
      describe:
        "float (default): the model's own input; uint8: pixels; name=value: an input beside the picture, to measure with",
    },
  }),
  run,
}

async function run(given: Given, screen: Screen): Promise<number> {
  const out = given.text('out')
  if (out === undefined)
    throw new FoveaError('FOVEA_USAGE', 'Where to? For example: fovea compile model.onnx -o explainer.onnx')
  if (out === '-' && process.stdout.isTTY)
    throw new FoveaError('FOVEA_USAGE', '-o - would write a model into the terminal; redirect it.')
  if (given.words.length > 1) throw new FoveaError('FOVEA_USAGE', `One model at a time, not ${given.words.length}.`)
  const resolution = oneOf(given, 'resolution', ['input', 'layer'] as const)
  const input = oneOf(
    given,
    'input',
    ['float', 'uint8'] as const,
    given.list('input').find((word) => !word.includes('=')),
  )
  const optional = oneOf(given, 'class-input', ['optional', 'required'] as const)
  const [{ method, options } = never(), ...more] = methodsOf(given, given.text('method') ?? 'grad-cam')
  if (more.length > 0) throw new FoveaError('FOVEA_USAGE', 'One method a file: compile once for each.')
  const vision = await modelOf(given, given.words[0], screen)
  const layer = given.text('layer')
  const { bytes, compiled } = await exportMethod(vision, method, {
    options,
    target: given.text('target'),
    layer,
    resolution,
    input,
    class: optional === 'required' ? 'required' : 'top',
  })
  const byRun = compiled.classes.class !== undefined
  if (byRun && optional !== 'required')
    screen.note(
      "note: ONNX Runtime's JavaScript packages (onnxruntime-node, and onnxruntime-web with its WebAssembly) cannot set class_index in this file, because it may be left out; for them use --class-input required.",
    )
  if (out === '-') {
    await new Promise<void>((done) => process.stdout.write(bytes, () => done()))
    return 0
  }
  await writeBytes(out, bytes)
  const added = compiled.model.graph.nodes.length - vision.model.graph.nodes.length
  const where = compiled.layer ? `layer ${compiled.layer.layer.name}, ${compiled.layer.reason}` : 'the image'
  if (given.on('json'))
    screen.print(
      JSON.stringify(
        {
          file: out,
          bytes: bytes.length,
          method: method.name,
          options: compiled.options,
          target: show(compiled.target),
          layer: compiled.layer ?? null,
          nodesAdded: added,
          rows: compiled.rows,
        },
        null,
        2,
      ),
    )
  else if (!screen.quiet) {
    screen.print(
      `wrote ${out}: ${vision.name} with ${method.title} (${where}), ${added} nodes more, ${fileSize(bytes.length)}`,
    )
    const inputs = [
      input === 'uint8' ? 'pixels' : vision.image.name,
      ...Object.keys(vision.inputs),
      ...(compiled.mask ? [`${compiled.mask.name} [N, ${compiled.mask.shape?.slice(1).join(', ')}]`] : []),
      ...(byRun
        ? [
            `class_index (int64; 0 to ${(vision.head?.classes ?? 1) - 1}; -1${optional === 'required' ? '' : ' or left out'}: the top class)`,
          ]
        : []),
    ]
    if (compiled.rows > 1)
      screen.print(`  each image runs as ${compiled.rows} rows, and once by itself for the model's own outputs`)
    if (!byRun) screen.print(`  target:  ${show(compiled.target)}`)
    screen.print(`  inputs:  ${inputs.join(', ')}`)
    screen.print(`  outputs: ${[...vision.model.graph.outputs.map(({ name }) => name), 'heatmap'].join(', ')}`)
  }
  return 0
}

/** 812 bytes, 4.1 kB, 18.6 MB. */
function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function oneOf<T extends string>(given: Given, flag: string, words: readonly T[], said = given.text(flag)): T {
  const word = said ?? words[0]
  const found = words.find((known) => known === word)
  if (found) return found
  throw new FoveaError('FOVEA_USAGE', `--${flag} is ${words.join(' or ')}, not '${word}'.`)
}

function never(): never {
  throw new FoveaError('FOVEA_USAGE', 'Which method? fovea methods lists them.')
}
