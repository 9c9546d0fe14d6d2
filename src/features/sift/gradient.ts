/** The direction of a gradient, fast: an odd polynomial in place of atan2, since it is asked 15 million times an image. */

import type { Arctangent } from '../wasm/index.ts'
import type { Mode } from './keypoint.ts'

/**
 * atan(c) in degrees for c in [0, 1] is c (p0 + p1 c^2 + … + p5 c^10). `aligned`: a minimax fit, error 1e-4 degrees.
 * `opencv`: the coefficients of its fastAtan2, error 0.01 degrees.
 */
export const arctangent: Readonly<Record<Mode, Arctangent>> = {
  aligned: [57.294474258504, -19.05788411803, 11.089046177058, -6.670744738216, 3.016469672126, -0.671456496205],
  opencv: [57.2836266, -18.6674461, 8.91400051, -2.53972459, 0, 0],
}
