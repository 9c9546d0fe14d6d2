/** What a finished program becomes for the engine that will run it. Original outputs keep their bits. */

import type { Graph, Measured } from '../onnx/index.ts'
import { chosenRows } from './chosen.ts'
import { blockedComplements } from './complements.ts'
import { laidInBlocks } from './laid.ts'
import { lateWeaving } from './late-weaving.ts'
import { blockedMasks } from './masks.ts'
import { rewrite } from './rewrite.ts'
import { scaledProducts } from './scaled.ts'
import { splitConvolutions } from './split.ts'
import { blockedSpread } from './spread.ts'
import { unpackedWeights } from './unpacked.ts'
import { wovenSums } from './woven.ts'

export { packingPays } from './packing.ts'

/**
 * 'any': operators that every engine computes alike, in half precision too. 'x64': for ONNX Runtime's native kernels on x64,
 * which are fastest in a blocked layout; numbers up to 2^127 appear inside, so it is for single precision only.
 */
export type Engine = 'any' | 'x64'

/**
 * @param batches whether images run in batches of any size, which must not show in the result: the engine multiplies one row with an
 * unpacked weight by another kernel than several, which adds up in another order
 */
export function lower(graph: Graph, measured: Measured, engine: Engine, batches = false): Graph {
  const lowerings = [...portable, ...(batches ? [] : [unpackedWeights]), ...(engine === 'any' ? [] : blocked)]
  return lowerings.reduce((done, lowering) => rewrite(done, measured, lowering), graph)
}

const portable = [chosenRows, scaledProducts, splitConvolutions, wovenSums]
const blocked = [blockedMasks, blockedComplements, lateWeaving, wovenSums, blockedSpread, laidInBlocks]
