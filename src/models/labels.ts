/** Class names: from a file, one a line; and from a word to a class. */

import { didYouMean, FoveaError } from '../error/index.ts'

/** @throws FoveaError FOVEA_USAGE when the file has another number of lines than the model has classes */
export function parseLabels(text: string, classes: number, where: string): string[] {
  const clean = text.replace(/^\uFEFF/, '')
  const labels = /^\s*\[/.test(clean)
    ? fromJson(clean, where)
    : clean
        .trimEnd()
        .split(/\r?\n/)
        .map((line) => line.trim())
  if (labels.length === classes) return labels
  throw new FoveaError('FOVEA_USAGE', `${where} has ${labels.length} labels, but the model has ${classes} classes.`, {
    file: where,
  })
}

function fromJson(text: string, where: string): string[] {
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch (cause) {
    throw new FoveaError('FOVEA_USAGE', `${where} is not a JSON list of labels.`, { file: where }, cause)
  }
}

/**
 * The class that is meant: a number, a label, or a part of one label only.
 * @returns -1 for 'top'
 * @throws FoveaError FOVEA_CLASS
 */
export function findClass(wanted: string, classes: number, labels: readonly string[] | undefined): number {
  if (wanted === 'top' || wanted === '-1') return -1
  if (/^-?\d+$/.test(wanted)) {
    const index = Number(wanted)
    if (index >= 0 && index < classes) return index
    throw new FoveaError('FOVEA_CLASS', `The model has no class ${wanted}; its classes are 0 to ${classes - 1}.`)
  }
  if (!labels)
    throw new FoveaError(
      'FOVEA_CLASS',
      `The model's classes have no names; give a number from 0 to ${classes - 1} instead of '${wanted}', or --labels.`,
    )
  const word = wanted.toLowerCase()
  const exact = labels.findIndex((label) => label.toLowerCase() === word)
  if (exact >= 0) return exact
  const parts = labels.flatMap((label, i) => (label.toLowerCase().includes(word) ? [i] : []))
  if (parts.length === 1) return parts[0] as number
  if (parts.length > 1) {
    const some = parts.slice(0, 6).map((i) => `${labels[i]} (${i})`)
    throw new FoveaError(
      'FOVEA_CLASS',
      `'${wanted}' fits ${parts.length} classes: ${some.join(', ')}${parts.length > 6 ? ', …' : ''}. Name one.`,
    )
  }
  throw new FoveaError('FOVEA_CLASS', `The model has no class '${wanted}'${didYouMean(wanted, labels)}.`)
}
