import { FoveaError } from '../../error/index.ts'

/** '0.05, 0.1': shares between 0 and 1. @throws FoveaError FOVEA_USAGE */
export function areasOf(text: string): readonly number[] {
  const areas = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (areas.every((area) => area > 0 && area < 1)) return areas
  throw new FoveaError(
    'FOVEA_USAGE',
    `extremal-perturbation's option 'areas' is shares between 0 and 1 with commas, such as 0.05,0.1,0.2, not '${text}'.`,
  )
}
