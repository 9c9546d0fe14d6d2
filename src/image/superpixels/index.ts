export { type FelzenszwalbOptions, felzenszwalb } from './felzenszwalb.ts'
export { connected, membersOf, neighbours, outlined, type Segments } from './segments.ts'
export { type SlicOptions, slic } from './slic.ts'
