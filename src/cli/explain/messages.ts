/** What the command and its workers say to each other. */

import { type Code, type Details, FoveaError } from '../../error/index.ts'
import type { Screen } from '../command.ts'
import type { Answer } from './job.ts'

export interface Task {
  /** Its place among all images. */
  readonly index: number
  readonly name: string
  /** What its files are called. */
  readonly stem: string
  /** The file itself, where only the command can read it: standard input. */
  readonly bytes?: Uint8Array
}

/** The first message to a worker: the rest it knows from the command line, which is the command's own. */
export interface Opening extends Pick<Screen, 'color' | 'columns' | 'quiet'> {
  readonly images: number
}

export type ToWorker = { readonly opening: Opening } | { readonly task: Task }

export type FromWorker =
  | { readonly kind: 'opened'; readonly model: OpenedModel; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | {
      readonly kind: 'progress'
      readonly index: number
      readonly method: string
      readonly done: number
      readonly total: number
    }
  | { readonly kind: 'done'; readonly index: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly index: number; readonly failure: Failure }

export interface OpenedModel {
  readonly name: string
  readonly sha256: string
}

/** An error as data. */
export interface Failure {
  readonly message: string
  readonly code?: Code
  readonly details?: Details
  readonly stack?: string | undefined
}

export function failureOf(error: unknown): Failure {
  if (error instanceof FoveaError) return { message: error.message, code: error.code, details: { ...error.details } }
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) }
}

export function errorOf({ message, code, details, stack }: Failure): Error {
  if (code) return new FoveaError(code, message, details)
  const error = new Error(message)
  if (stack) error.stack = stack
  return error
}
