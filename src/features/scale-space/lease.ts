/**
 * Who holds the planes of a scale space. Their memory (200 MiB for a megapixel) is dear to get from the system, so a scale
 * space lends it on to the next one as long as nobody outside has seen its planes; if they are asked for after that, they
 * are computed again, bit for bit. Planes once handed out are never touched again.
 */

import type { Plane } from '../../tensor/index.ts'
import type { Planes } from '../wasm/index.ts'

export interface Filled {
  readonly planes: Planes
  readonly octaves: readonly { readonly gaussian: readonly Plane[]; readonly difference: readonly Plane[] }[]
}

/** Held weakly while it may be lent on; emptied when it is not (a WeakRef's target lives until the running job ends). */
interface Offer {
  filled: Filled | null
}
let latest: WeakRef<Offer> | undefined

/** Gives the memory of the latest scale space back, if nobody has seen its planes. */
function recall(): void {
  const offer = latest?.deref()
  latest = undefined
  offer?.filled?.planes.close()
  if (offer) offer.filled = null
}

export interface Lease {
  /** The planes, for good. */
  keep(): Filled
  /** The planes while `use` runs, which must not hand them out. */
  borrow<T>(use: (filled: Filled) => T): T
}

/** @param fill computes the planes; with the same result each time */
export function lease(fill: () => Filled): Lease {
  let kept: Filled | null = null
  let borrowed: Filled | null = null
  let offer: Offer = { filled: null }
  const take = (): Filled => {
    const found = kept ?? borrowed ?? offer.filled
    offer.filled = null
    if (found) return found
    recall()
    return fill()
  }
  return {
    keep() {
      kept ??= take()
      return kept
    },
    borrow(use) {
      if (borrowed) return use(borrowed)
      borrowed = take()
      try {
        return use(borrowed)
      } finally {
        if (!kept) {
          recall()
          offer = { filled: borrowed }
          latest = new WeakRef(offer)
        }
        borrowed = null
      }
    },
  }
}
