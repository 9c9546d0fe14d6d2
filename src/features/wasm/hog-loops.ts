/** HOG's inner loops on either engine (hog-kernel.c or hog-twin.ts), over arrays that they hand out. */

import { bestEngine, type Engine } from './engine.ts'
import * as twin from './hog-twin.ts'
import { open } from './memory.ts'

/** Loops as in hog-twin.ts. On wasm-simd they take only arrays handed out here, within `room`. */
export interface HogLoops {
  readonly engine: Engine
  bytes(length: number): Uint8Array<ArrayBuffer>
  floats(length: number): Float32Array<ArrayBuffer>
  ints(length: number): Int32Array<ArrayBuffer>
  readonly slopes: typeof twin.slopes
  readonly votes: typeof twin.votes
  readonly blocks: typeof twin.blocks
}

interface Exports {
  // rgb, table, width, rows, first, dx, dy, lines
  slopes(...args: number[]): void
  // dx, dy, count, bins, and the votes: slot, first, second
  votes(...args: number[]): void
  // the votes; width, band, top, columns, cell, block, bins; across, down, sums, out
  blocks(...args: number[]): void
}

/** @param room how many arrays and bytes will be handed out; the largest width and histogram that will be asked for */
export function openHogLoops(
  room: { readonly arrays: number; readonly bytes: number; readonly width?: number; readonly sums?: number },
  engine: Engine = bestEngine(),
): HogLoops {
  if (engine === 'typescript')
    return {
      engine,
      bytes: (length) => new Uint8Array(length),
      floats: (length) => new Float32Array(length),
      ints: (length) => new Int32Array(length),
      slopes: twin.slopes,
      votes: twin.votes,
      blocks: twin.blocks,
    }
  const scratch = 4 * Math.max(9 * ((room.width ?? 0) + 8), 4 * (room.sums ?? 0))
  const { kernel, buffer, take } = open<Exports>(room.bytes + scratch + 80 * (room.arrays + 1))
  const work = take(scratch)
  const at = ({ byteOffset }: Float32Array | Int32Array | Uint8Array) => byteOffset
  return {
    engine,
    // vectors reach up to 12 bytes beyond an array's end
    bytes: (length) => new Uint8Array(buffer, take(length + 16), length),
    floats: (length) => new Float32Array(buffer, take(4 * length + 16), length),
    ints: (length) => new Int32Array(buffer, take(4 * length + 16), length),
    slopes: (rgb, table, width, rows, first, dx, dy) =>
      kernel.slopes(at(rgb), at(table), width, rows, first, at(dx), at(dy), work),
    votes: (dx, dy, count, bins, { slot, first, second }) =>
      kernel.votes(at(dx), at(dy), count, bins, at(slot), at(first), at(second)),
    blocks: ({ slot, first, second }, row, across, down, out) => {
      const { width, band, top, columns, cell, block, bins } = row
      const numbers = [width, band, top, columns, cell, block, bins]
      kernel.blocks(at(slot), at(first), at(second), ...numbers, at(across), at(down), work, at(out))
    },
  }
}
