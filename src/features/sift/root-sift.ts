/**
 * RootSIFT: each descriptor divided by its sum, then square roots, so that the Euclidean distance of two is the Hellinger
 * distance of the histograms (Arandjelovic and Zisserman, CVPR 2012). Stored as whole numbers, 4096 for a length of 1.
 */

import type { Descriptors } from './sift.ts'

const length = 4096

export function rootSift({ count, dim, data }: Descriptors): Descriptors {
  const out = new Int16Array(data.length)
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * dim, (i + 1) * dim)
    let sum = 0
    for (const v of row) sum += v
    for (let j = 0; j < dim; j++) out[i * dim + j] = Math.round(length * Math.sqrt((row[j] as number) / (sum || 1)))
  }
  return { count, dim, data: out, length }
}
