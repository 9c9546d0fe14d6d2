/** Remembers the protobuf message that each object was read from, so that writing gives back what Fovea did not touch. */

const origins = new WeakMap<object, unknown>()
const sources = new WeakMap<object, Uint8Array>()

export function attach(read: object, message: unknown): void {
  origins.set(read, message)
}

/** Remembers the bytes that a model was decoded from: as long as nothing is changed, they are what is written. */
export function attachSource(model: object, bytes: Uint8Array): void {
  sources.set(model, bytes)
}

export function sourceOf(model: object): Uint8Array | undefined {
  return sources.get(model)
}

export function originOf<Message>(read: object): Message | undefined {
  return origins.get(read) as Message | undefined
}
