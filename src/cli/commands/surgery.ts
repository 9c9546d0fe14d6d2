/** `fovea surgery`: a model freed from its picture size, with a map of scores beside its answers. */

import { writeBytes } from '#platform'
import { FoveaError } from '../../error/index.ts'
import { atSize, relaxedDense } from '../../models/index.ts'
import { dropDead, encodeModel, withGraph } from '../../onnx/index.ts'
import type { Command } from '../command.ts'
import { modelFlags, modelOf } from './model-flags.ts'

export const surgery: Command = {
  name: 'surgery',
  summary:
    'A model freed from its picture size: frozen shapes recovered, fully connected layers made convolutions; answers a map of scores, too.',
  positional: '[model.onnx]',
  examples: [
    ['fovea surgery vgg16.onnx -o vgg16-any-size.onnx', 'takes pictures of any size; dense_scores [N, K, h, w]'],
  ],
  flags: {
    out: { type: 'string', short: 'o', value: '<file>', describe: 'the .onnx to write' },
    json: { type: 'boolean', describe: 'what was written, as JSON' },
    ...modelFlags,
  },
  async run(given, screen) {
    const out = given.text('out')
    if (out === undefined)
      throw new FoveaError('FOVEA_USAGE', 'Where to? For example: fovea surgery model.onnx -o any-size.onnx')
    if (given.words.length > 1) throw new FoveaError('FOVEA_USAGE', `One model at a time, not ${given.words.length}.`)
    const vision = await modelOf(given, given.words[0], screen)
    const { model, dense } = relaxedDense(vision)
    const { height, width } = vision.format
    // What cannot run at another size is found out here, not by whoever gets the file.
    await atSize(vision, [Math.round(1.5 * height), Math.round(1.5 * width)])
    const scores = dense.get(vision.head?.logits ?? vision.answer.value)
    const { graph } = model
    const nodes = graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === scores ? denseScores : name)),
      outputs: node.outputs.map((name) => (name === scores ? denseScores : name)),
    }))
    const outputs = scores ? [...graph.outputs, { name: denseScores, dtype: 'float32' as const }] : graph.outputs
    const freed = dropDead({ ...graph, nodes: scores ? nodes : graph.nodes, outputs })
    const bytes = encodeModel(withGraph(model, freed), { inline: true })
    await writeBytes(out, bytes)
    const convolved = graph.nodes.filter(({ op, name }) => op === 'Conv' && name.startsWith('dense/')).length
    const report = {
      file: out,
      bytes: bytes.length,
      convolved,
      outputs: freed.outputs.map(({ name }) => name),
    }
    if (given.on('json')) screen.print(JSON.stringify(report, null, 2))
    else if (!screen.quiet)
      screen.print(
        `wrote ${out}: ${vision.name} for pictures of any size${convolved > 0 ? `, ${convolved === 1 ? 'its fully connected layer' : `${convolved} fully connected layers`} as convolution${convolved === 1 ? '' : 's'}` : ''}; outputs ${report.outputs.join(', ')}`,
      )
    return 0
  },
}

const denseScores = 'dense_scores'
