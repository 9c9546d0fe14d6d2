// Compiles the C files of the folders below to kernel-bytes.ts beside them (base64). Needs clang and lld (Debian: apt-get install clang lld).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = {
  'src/features/wasm': ['kernel.c', 'hog-kernel.c', 'hough-kernel.c', 'sift-kernel.c'],
  'src/image/wasm': ['resample.c', 'png.c', 'blur.c', 'paint.c'],
  'src/explain/perturbation/wasm': ['masks.c'],
}
const flags =
  '--target=wasm32 -Os -msimd128 -ffp-contract=off -nostdlib -Wall -Werror ' +
  '-Wl,--no-entry -Wl,--import-memory -Wl,--strip-all -Wl,--export=__heap_base -Wl,-z,stack-size=4096'
const work = mkdtempSync(join(tmpdir(), 'fovea-wasm-'))
for (const [path, names] of Object.entries(modules)) {
  const folder = fileURLToPath(new URL(`../${path}`, import.meta.url))
  const out = join(work, 'kernel.wasm')
  const sources = names.map((name) => join(folder, name))
  execFileSync('clang', [...flags.split(' '), '-mbulk-memory', '-o', out, ...sources], { stdio: 'inherit' })
  const bytes = readFileSync(out)
  const lines = bytes.toString('base64').match(/.{1,110}/g)
  writeFileSync(
    join(folder, 'kernel-bytes.ts'),
    `/** The C files compiled (${bytes.length} bytes): made by scripts/build-wasm.mjs, not by hand. */\n\n` +
      `export const kernelBytes =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`,
  )
  console.log(`${path}/kernel-bytes.ts: ${bytes.length} bytes of WebAssembly`)
}
rmSync(work, { recursive: true })
