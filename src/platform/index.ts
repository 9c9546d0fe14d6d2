export type { Device, Feeds, OnnxRuntime, Session, SessionOptions } from './session.ts'
