/** Remembers the protobuf message that each object was read from, so that writing gives back what Fovea did not touch. */

const origins = new WeakMap<object, unknown>()

export function attach(read: object, message: unknown): void {
  origins.set(read, message)
}

export function originOf<Message>(read: object): Message | undefined {
  return origins.get(read) as Message | undefined
}
