/** What SIFT finds and what becomes of it: the nouns of this folder. */

/** A pixel of a DoG plane that is extreme among its 26 neighbours. Whole samples of its octave. */
export interface Site {
  readonly octave: number
  /** 1 … S */
  readonly layer: number
  readonly column: number
  readonly row: number
}

/** Why a candidate is no keypoint, or that it is one. */
export const outcomes = ['kept', 'low contrast', 'edge', 'no convergence', 'moved out', 'duplicate'] as const
export type Outcome = (typeof outcomes)[number]

/** A place and a scale in pixels of the image; pixel centres lie at whole numbers. */
export interface Spot {
  readonly x: number
  readonly y: number
  /** The Gaussian level's sigma (half of OpenCV's `size`). A blob exp(-r^2 / 2 s^2) is found at sigma = s / sqrt(k). */
  readonly sigma: number
}

export interface Candidate extends Site {
  readonly outcome: Outcome
  /** Where it stands after refinement; for a candidate that did not converge, where it was found. */
  readonly spot: Spot
  /** Where the fit ended, in whole samples, and how far from there the extremum lies (columns, rows, layers). */
  readonly settled: Site
  readonly offset: readonly [column: number, row: number, layer: number]
  /** How often the fit was made, 1 … 5. */
  readonly steps: number
  /** D at the refined extremum, signed, for grey values from 0 to 1. */
  readonly contrast: number
  /** tr^2 / det of the 2x2 Hessian: 4 on a round blob, without bound on an edge (Infinity for a saddle). */
  readonly edge: number
}

export interface Keypoint extends Spot {
  /** Degrees from +x towards +y (clockwise as seen), 0 … 360. */
  readonly angle: number
  /** |contrast| of its extremum. */
  readonly response: number
  /** Index into the scale space's octaves. */
  readonly octave: number
  readonly layer: number
}

/** `aligned`: unbiased, sub-pixel windows, exact angles. `opencv`: the numbers of OpenCV 4.6, bias included. */
export type Mode = 'aligned' | 'opencv'
