export { dropped, page } from './page.ts'
export type { Device, Feeds, OnnxRuntime, Session, SessionOptions } from './session.ts'
export { inWords, type Kind, sniff } from './sniff.ts'
