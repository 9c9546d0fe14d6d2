/** One entry of the zoo on disk: the model, an image, and PyTorch's float64 answers. Written by scripts/python/zoo.py. */

import { existsSync, readFileSync } from 'node:fs'
import { decodeNpy, type Tensor } from 'fovea/tensor'
import { root } from './python.ts'

export interface Plan {
  readonly name: string
  readonly exporter: string
  readonly opset: number
}

export interface Entry extends Plan {
  readonly ok: boolean
  readonly error?: string
  readonly model: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** The file of the image, [1, 3, H, W] or [1, H, W, 3]. */
  readonly x: string
  /** The scalar: the sum of the output's elements that have `index` on `axis`. */
  readonly objective: { readonly output: string; readonly axis: number; readonly index: number }
  /** The files of PyTorch's answers in float64: the output, and the gradient of the scalar at the image. */
  readonly logits: string
  readonly gradient: string
  /** Relative L2 error of PyTorch's own float32 gradient against its float64 gradient. */
  readonly float32Error: number
  readonly dynamicBatch: boolean
}

export const folderOf = ({ name, exporter, opset }: Plan) => `${root}.cache/zoo/${name}-${exporter}-${opset}`

export function readEntry(folder: string): Entry | undefined {
  const file = `${folder}/entry.json`
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Entry) : undefined
}

export const readTensor = (file: string): Tensor => decodeNpy(new Uint8Array(readFileSync(file)))
