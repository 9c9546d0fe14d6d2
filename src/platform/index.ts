export { kernels, mostBytes } from './kernels.ts'
export { dropped, page } from './page.ts'
export type { Device, DiskCache, Feeds, OnnxRuntime, Session, SessionOptions, WeightFile } from './session.ts'
export { inWords, type Kind, sniff } from './sniff.ts'
