/** Named matrices from one small file, as scripts/features/array_file.py writes them: float32, or int8 with a factor a row. */

import { FoveaError } from '../error/index.ts'

export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

interface Entry {
  readonly rows: number
  readonly columns: number
  readonly dtype: 'float32' | 'int8'
  readonly offset: number
}

/** @throws FoveaError FOVEA_IO when the bytes are no such file or a wanted matrix is missing */
export function readMatrices<Name extends string>(bytes: Uint8Array, names: readonly Name[]): Record<Name, Matrix> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = headOf(bytes, view)
  const start = 4 + view.getUint32(0, true)
  const entries = names.map((name) => {
    const entry = head[name]
    if (!entry)
      throw new FoveaError('FOVEA_IO', `The file of learned matrices has no '${name}'; fetch or learn it again.`)
    return [name, matrix(view, start + entry.offset, entry)]
  })
  return Object.fromEntries(entries) as Record<Name, Matrix>
}

function headOf(bytes: Uint8Array, view: DataView): Record<string, Entry> {
  try {
    const length = view.getUint32(0, true)
    return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Record<string, Entry>
  } catch (cause) {
    throw new FoveaError('FOVEA_IO', 'These bytes are no file of learned matrices; fetch or learn it again.', {}, cause)
  }
}

function matrix(view: DataView, at: number, { rows, columns, dtype }: Entry): Matrix {
  const data = new Float32Array(rows * columns)
  const length = dtype === 'float32' ? 4 * data.length : 4 * rows + data.length
  if (at + length > view.byteLength)
    throw new FoveaError('FOVEA_IO', 'The file of learned matrices is cut off; fetch or learn it again.')
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / columns)
    data[i] =
      dtype === 'float32'
        ? view.getFloat32(at + 4 * i, true)
        : view.getInt8(at + 4 * rows + i) * view.getFloat32(at + 4 * row, true)
  }
  return { rows, columns, data }
}
