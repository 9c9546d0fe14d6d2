export const fileOf = (..._: unknown[]): Uint8Array<ArrayBuffer> => new Uint8Array()
