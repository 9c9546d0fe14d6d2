/**
 * Which pixels, changed a little, would change the score most?
 * M(x, y) = max over colours of |d S_c / d I(x, y, colour)|, S_c the score before the softmax.
 * Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks (2013), arXiv 1312.6034.
 * Warning: the map shows sensitivity, not evidence: a pixel may matter much and count against the class.
 */

import type { ProgramMethod } from '../method.ts'
import { colourOptions, reduceColours } from './colours.ts'

export const saliency: ProgramMethod = {
  kind: 'program',
  name: 'saliency',
  title: 'Saliency',
  family: 'gradient',
  question: 'Which pixels, changed a little, would change the score most?',
  formula: 'max over colours of |dS/dI|',
  reference: 'Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034',
  warning: 'It shows sensitivity, not evidence: a pixel may matter much and count against the class.',
  cost: '2',
  options: {
    ...colourOptions,
    objective: {
      default: 'score',
      choices: ['score', 'cross-entropy'],
      describe: "what is differentiated: the class's score before the softmax, or the loss of the class",
    },
  },
  like: {
    captum: { options: {}, note: 'Captum leaves the colours apart; the largest of them is this map' },
    xplique: { options: {} },
    saliency: { options: { channels: 'sum' }, note: 'before its picture is clipped at the 99th percentile' },
  },
  at: 'image',
  display: (options) => (options.sign === 'signed' ? 'signed-pixel' : 'pixel'),
  target: (options) => (options.objective === 'cross-entropy' ? 'loss[class]' : undefined),
  heatmap: ({ op, gradient, channels }, options) => reduceColours(op, gradient, channels, options),
}
