// Compiles src/features/wasm/{kernel,hog-kernel,hough-kernel,sift-kernel}.c to kernel-bytes.ts (base64). Needs clang and lld (Debian: apt-get install clang lld).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../src/features/wasm/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'fovea-wasm-'))
const out = join(work, 'kernel.wasm')
const flags =
  '--target=wasm32 -Os -msimd128 -ffp-contract=off -nostdlib -Wall -Werror ' +
  '-Wl,--no-entry -Wl,--import-memory -Wl,--strip-all -Wl,--export=__heap_base -Wl,-z,stack-size=4096'
const sources = ['kernel.c', 'hog-kernel.c', 'hough-kernel.c', 'sift-kernel.c'].map((name) => join(folder, name))
execFileSync('clang', [...flags.split(' '), '-mbulk-memory', '-o', out, ...sources], { stdio: 'inherit' })

const bytes = readFileSync(out)
const lines = bytes.toString('base64').match(/.{1,110}/g)
writeFileSync(
  join(folder, 'kernel-bytes.ts'),
  `/** The C files compiled (${bytes.length} bytes): made by scripts/features/build-wasm.mjs, not by hand. */\n\n` +
    `export const kernelBytes =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`,
)
rmSync(work, { recursive: true })
console.log(`kernel-bytes.ts: ${bytes.length} bytes of WebAssembly`)
