/**
 * Which labels keep company: counts over scenes (one scene = the labels of one picture), and their mutual information.
 * A 2x2 table a pair (both, only i, only j, neither), k added to each cell, so that marginals and pairs stay consistent:
 *   p(i, j) = (n_ij + k) / (N + 4k)    p(i) = (n_i + 2k) / (N + 4k)    PMI(i, j) = ln p(i, j) / (p(i) p(j))
 */

import { FoveaError } from '../../error/index.ts'

export interface CoOccurrence {
  readonly labels: readonly string[]
  readonly scenes: number
  /** n_i: in how many scenes the label occurs (twice in one scene counts once). */
  readonly single: Float64Array
  /** n_ij, symmetric, `pair[i * labels.length + j]`; the diagonal holds n_i. */
  readonly pair: Float64Array
}

/** @throws FoveaError FOVEA_USAGE when no scene has a label */
export function countScenes(scenes: readonly (readonly string[])[]): CoOccurrence {
  const labels = [...new Set(scenes.flat())].sort()
  if (labels.length === 0)
    throw new FoveaError('FOVEA_USAGE', 'Co-occurrence needs scenes with labels; these scenes have none.')
  const index = new Map(labels.map((label, i) => [label, i]))
  const pair = new Float64Array(labels.length ** 2)
  for (const scene of scenes) {
    const present = [...new Set(scene)].map((label) => index.get(label) as number)
    for (const i of present)
      for (const j of present) pair[i * labels.length + j] = (pair[i * labels.length + j] as number) + 1
  }
  const single = Float64Array.from(labels, (_, i) => pair[i * labels.length + i] as number)
  return { labels, scenes: scenes.length, single, pair }
}

/** Annotations, one a box, as data sets list them: the boxes of one image are one scene. */
export interface Annotation {
  readonly image: string
  readonly label: string
}

/** @throws FoveaError FOVEA_USAGE without annotations */
export function countAnnotations(annotations: readonly Annotation[]): CoOccurrence {
  const scenes = new Map<string, string[]>()
  for (const { image, label } of annotations) scenes.set(image, [...(scenes.get(image) ?? []), label])
  return countScenes([...scenes.values()])
}

export interface Pmi {
  readonly labels: readonly string[]
  /** Symmetric, nats, `values[i * labels.length + j]`. */
  readonly values: Float64Array
}

/** @param k added to each cell, above 0 (default 0.5): how many scenes it takes to be believed */
export function pmi(counts: CoOccurrence, k = 0.5): Pmi {
  if (!(k > 0 && Number.isFinite(k)))
    throw new FoveaError('FOVEA_USAGE', `Smoothing needs a k above 0, not ${k}: a pair never seen would be impossible.`)
  const n = counts.labels.length
  const total = counts.scenes + 4 * k
  const p = counts.single.map((c) => (c + 2 * k) / total)
  const values = counts.pair.map((c, at) => {
    const joint = (c + k) / total
    return Math.log(joint / ((p[Math.floor(at / n)] as number) * (p[at % n] as number)))
  })
  return { labels: counts.labels, values }
}

/** 0 (no evidence) for a label that was never counted. */
export function pmiOf({ labels, values }: Pmi, a: string, b: string): number {
  const i = labels.indexOf(a)
  const j = labels.indexOf(b)
  return i < 0 || j < 0 ? 0 : (values[i * labels.length + j] as number)
}
