/** What a person reads in the terminal about one image. */

import yoctocolors from 'yoctocolors'
import { type Explanation, findMethod, overlayOf, rangeInWords, statusInWords } from '../explain/index.ts'
import type { Prediction, VisionModel } from '../models/index.ts'
import type { Image } from '../tensor/index.ts'
import type { Screen } from './command.ts'
import { bar, halfBlocks } from './half-blocks.ts'

export interface Reported {
  readonly title: string
  readonly image: Image
  readonly vision: VisionModel
  readonly explanations: readonly Explanation[]
  readonly best: readonly Prediction[]
  readonly files: readonly string[]
  /** One line only, for many images. */
  readonly brief: boolean
}

export function report(reported: Reported, { color, columns }: Pick<Screen, 'color' | 'columns'>): string {
  const { title, image, vision, explanations, best, files, brief } = reported
  const paint = color === 'none' ? { bold: String, dim: String } : yoctocolors
  if (brief)
    return [title, share(best[0]), best[0]?.label ?? '', files.length > 0 ? `-> ${files.join(', ')}` : '']
      .filter((part) => part !== '')
      .join('  ')
  const width = Math.min(38, Math.floor((columns - 2 * explanations.length) / (explanations.length + 1)))
  const pictures = () => [image, ...explanations.map((explanation) => overlayOf(image, explanation, { width: 320 }))]
  const shown = width >= 16 && color !== 'none' ? halfBlocks(pictures(), color, width) : ''
  const longest = Math.max(...best.map(({ label }) => label.length))
  return [
    `${paint.bold(title)}  ${image.width}x${image.height}  ${paint.dim(vision.name)}`,
    '',
    ...(shown ? [shown, ''] : []),
    ...best.map(
      (one) =>
        `  ${one.label.padEnd(longest)}  ${one.probability === null ? '' : bar(one.probability, 24)} ${share(one)}`,
    ),
    '',
    ...explanations.map((explanation) => paint.dim(certified(explanation))),
    ...(files.length > 0 ? ['', `wrote ${files.join(', ')}`] : []),
  ].join('\n')
}

function share(prediction: Prediction | undefined): string {
  if (!prediction) return ''
  const { probability, score } = prediction
  return probability === null ? score.toPrecision(5) : `${(100 * probability).toFixed(1).padStart(5)} %`
}

/** One line: method, what was explained, where, the status in words when it is not ok. */
function certified(explanation: Explanation): string {
  const { method, objective, label, layer, input, status, engine } = explanation.certificate
  const [height, width] = layer?.size ?? input
  const where = layer ? `layer ${layer.name}` : 'image'
  const words = status === 'ok' ? '' : `  ${statusInWords[status].toUpperCase()}`
  return `${findMethod(method).title}: ${objective}${label ? ` (${label})` : ''}, ${where} ${height}x${width}, ${rangeInWords(explanation)}, ${engine}${words}`
}
