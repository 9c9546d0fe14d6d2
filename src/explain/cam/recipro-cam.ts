/**
 * What would the model say of each place of the layer alone?
 * M(x, y) = the score when only the cell (x, y) of the layer is left, the others zero. For transformers: only the token and, by a
 * 3x3 binomial window, its neighbours; tokens that are no position (class, registers) stay. Needs no gradient.
 * Byun, Lee: Recipro-CAM (2022), arXiv 2209.14074; ViT-ReciproCAM (2023).
 * Warning: a layer with one cell left is unlike any that the head has seen.
 */

import type { RunMethod } from '../method.ts'
import { type Cells, cellsOf, scaled } from './cells.ts'

/** 1 2 1 in both directions, adding up to 1. */
const binomial = [1 / 4, 1 / 2, 1 / 4]

export const reciproCam: RunMethod = {
  kind: 'run',
  name: 'recipro-cam',
  title: 'Recipro-CAM',
  family: 'cam',
  question: 'What would the model say of each place alone?',
  formula: 'f(A with only the cell (x, y))',
  reference: 'Byun, Lee 2022, arXiv:2209.14074',
  warning: 'A layer with one cell left is unlike any that the head has seen.',
  cost: '1 + positions x what lies behind the layer',
  options: {
    window: {
      default: 'auto',
      choices: ['auto', 'cell', 'binomial'],
      describe: 'what is left of the layer: one cell, or 3x3 fading outwards; auto: the latter for tokens',
    },
    relative: {
      default: false,
      describe: 'less the score with no cell left, so that 0 says nothing; without, the score itself',
    },
  },
  at: 'layer',
  display: () => 'signed',
  async run(study, { window, relative }) {
    const cells = await cellsOf(study)
    const { name, height, width, kind } = cells.layer
    const soft = window === 'binomial' || (window === 'auto' && kind === 'tokens')
    const behind = await study.open({ name: 'fovea/behind', entry: [name] })
    const data = new Float32Array(height * width)
    const places = placesOf(cells)
    const none = scaled(cells, (token) => ((places[token] as number) < 0 ? 1 : 0))
    const { score: empty } = relative ? await behind.one({ [name]: none }) : {}
    const base = empty?.data[0] ?? 0
    const share = (distance: number) => (soft ? (binomial[distance + 1] ?? 0) : distance === 0 ? 1 : 0)
    await behind.each(
      height * width,
      (i) => {
        const [y, x] = [Math.floor(i / width), i % width]
        const factor = (token: number) => {
          const place = places[token] as number
          return place < 0 ? 1 : share(Math.floor(place / width) - y) * share((place % width) - x)
        }
        return { [name]: scaled(cells, factor) }
      },
      (i, { score }) => {
        data[i] = (score?.data[0] as number) - base
      },
      { preview: () => ({ width, height, data }) },
    )
    return { map: { width, height, data }, details: { window: soft ? 'binomial' : 'cell' } }
  },
}

/** Each token's position, or -1. */
function placesOf({ layer, tokens }: Cells): Int32Array {
  const places = new Int32Array(tokens).fill(-1)
  layer.arrangement.index.forEach((token, position) => {
    places[token] = position
  })
  return places
}
