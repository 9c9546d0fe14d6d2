/** The one error type of Fovea: a sentence for people, a stable code for programs. */

/** Every code, with the exit status that the command line gives it (table in docs/cli.md). */
export const exitStatus = {
  FOVEA_INTERNAL: 1,
  FOVEA_USAGE: 2,
  FOVEA_CLASS: 2,
  FOVEA_LAYER: 2,
  FOVEA_NOT_ONNX: 3,
  FOVEA_MODEL: 3,
  FOVEA_OPSET: 3,
  FOVEA_UNSUPPORTED_OP: 3,
  FOVEA_EXTERNAL_DATA: 3,
  FOVEA_METHOD: 3,
  FOVEA_SHAPE: 3,
  FOVEA_ZERO_GRADIENT: 3,
  FOVEA_IMAGE_TOO_SMALL: 3,
  FOVEA_IMAGE: 4,
  FOVEA_IMAGE_TOO_LARGE: 4,
  FOVEA_NOT_FINITE: 4,
  FOVEA_BACKEND: 5,
  FOVEA_CRASH: 5,
  FOVEA_IO: 5,
  FOVEA_CANCELLED: 130,
} as const

export type Code = keyof typeof exitStatus

/** What an error is about; printed by `--json`, each field only where it is known. */
export interface Details {
  readonly file?: string
  readonly node?: string
  readonly op?: string
  readonly opset?: number
  readonly tensor?: string
  readonly expected?: string
  readonly got?: string
  readonly hint?: string
  readonly offset?: number
}

export class FoveaError extends Error {
  override readonly name = 'FoveaError'
  readonly code: Code
  readonly details: Details

  /** @param message one sentence: what is wrong, where, and what to do next */
  constructor(code: Code, message: string, details: Details = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}
