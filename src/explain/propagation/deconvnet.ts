/**
 * What does the network see when it is run backwards from its answer?
 * The gradient with another way through a ReLU: R' = R [R > 0], whether the unit was active or not; pools by their switches.
 * Zeiler, Fergus: Visualizing and understanding convolutional networks (2013), arXiv 1311.2901.
 * Warning: only the pools' switches tell it of the photograph: without pools the map is about the weights.
 */

import type { ProgramMethod } from '../method.ts'
import { colourDisplay, colourOptions, deconvnetRules, overColours } from './rectified.ts'

export const deconvnetMethod: ProgramMethod = {
  kind: 'program',
  name: 'deconvnet',
  title: 'Deconvnet',
  family: 'propagation',
  question: 'What does the network see when it is run backwards from its answer?',
  formula: "R' = R where R > 0",
  reference: 'Zeiler, Fergus 2013, arXiv:1311.2901',
  warning: "Only the pools' switches tell it of the photograph: without pools the map is about the weights.",
  cost: '2',
  options: colourOptions('max'),
  like: { captum: { options: { channels: 'sum' }, note: 'Captum keeps the colours apart; here they are summed.' } },
  at: 'image',
  display: colourDisplay,
  wants: (facts) => [{ at: facts.vision.pixels.name, rules: deconvnetRules(facts) }],
  heatmap: (view, options) => overColours(view, view.gradient, options),
}
