/** The Python interpreter that the scripts use beside Node: $FOVEA_PYTHON, else .venv/ in the repository root. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @throws Error that says how to make the environment */
export function python(): string {
  const own = process.env.FOVEA_PYTHON
  if (own) return own
  const made = `${root}.venv/bin/python`
  if (existsSync(made)) return made
  throw new Error(
    'This needs Python with PyTorch: run `sh scripts/python/venv.sh` once, which makes .venv/, or set FOVEA_PYTHON.',
  )
}

/** The standard output of one script of scripts/python. */
export function runPython(script: string, args: readonly string[], timeout?: number): string {
  return execFileSync(python(), [`${root}scripts/python/${script}`, ...args], {
    encoding: 'utf8',
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout,
    maxBuffer: 1 << 28,
  })
}

/** 'torch 2.15.0, onnx 1.23.2' */
export function packageVersions(names: readonly string[]): string {
  const code = `from importlib.metadata import version; print(*(f'{n} {version(n)}' for n in '${names.join(' ')}'.split()), sep=', ')`
  return execFileSync(python(), ['-c', code], { encoding: 'utf8' }).trim()
}

export function hasPackage(name: string): boolean {
  const code = `from importlib.util import find_spec; print(find_spec('${name}') is not None)`
  return execFileSync(python(), ['-c', code], { encoding: 'utf8' }).trim() === 'True'
}
