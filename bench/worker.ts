/** A Python process that does one timed run when asked, so that two engines take turns and never run at once. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Worker {
  ask<T>(line: string): Promise<T>
  end(): void
}

/** @param script a file in scripts/python; the interpreter is $FOVEA_PYTHON or the one of scripts/python/venv.sh */
export function openWorker(script: string, ...words: string[]): Worker {
  const python = process.env.FOVEA_PYTHON ?? '.venv/bin/python'
  const child = spawn(python, [`scripts/python/${script}`, ...words], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: { resolve(text: string): void; reject(error: Error): void }[] = []
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.resolve(line)
  })
  const fail = () => {
    for (const one of waiting.splice(0))
      one.reject(new Error(`${python} ended; make the environment with scripts/python/venv.sh or set FOVEA_PYTHON.`))
  }
  child.on('error', fail)
  child.on('exit', fail)
  return {
    ask: <T>(line: string) =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${line}\n`)
      }).then((text) => JSON.parse(text) as T),
    end: () => child.kill(),
  }
}
