/** Many files and feeds for Python's onnxruntime in one process: collected, written to a folder, run, read back. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeNpy, encodeNpy, type Tensor } from 'fovea/tensor'
import { runPython } from '../zoo/python.ts'
import type { Answers, Feeds } from './engine.ts'

interface Job {
  readonly model: string
  readonly optimization: 'all' | 'disabled'
  readonly engine: 'onnxruntime' | 'openvino'
  readonly feeds: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
}

export class PythonRuns {
  readonly #folder: string
  readonly #checks: string[] = []
  readonly #jobs = new Map<string, Job>()

  constructor(folder: string) {
    this.#folder = folder
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }

  /** Writes a file of the folder and returns its path. */
  write(name: string, bytes: Uint8Array | string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, bytes)
    return path
  }

  check(file: string): void {
    this.#checks.push(file)
  }

  add(
    id: string,
    model: string,
    feeds: Feeds,
    outputs: readonly string[],
    { optimization = 'all', engine = 'onnxruntime' }: Partial<Pick<Job, 'optimization' | 'engine'>> = {},
  ) {
    const given = Object.entries(feeds).map(([name, t], i) => [name, this.write(`${id}.${i}.npy`, encodeNpy(t))])
    const wanted = outputs.map((name, i) => [name, join(this.#folder, `${id}.out${i}.npy`)])
    this.#jobs.set(id, {
      model,
      optimization,
      engine,
      feeds: Object.fromEntries(given),
      outputs: Object.fromEntries(wanted),
    })
  }

  /** @returns the answers by id, and what was refused, in sentences */
  run(): { answers: ReadonlyMap<string, Answers>; refused: readonly string[] } {
    const job = this.write('job.json', JSON.stringify({ checks: this.#checks, runs: [...this.#jobs.values()] }))
    const told = JSON.parse(runPython('portability.py', [job])) as Record<'checks' | 'runs', (string | null)[]>
    const refused: string[] = []
    told.checks.forEach((message, i) => {
      if (message !== null) refused.push(`onnx.checker on ${this.#checks[i]?.split('/').at(-1)}: ${message}`)
    })
    const answers = new Map<string, Answers>()
    ;[...this.#jobs].forEach(([id, { outputs, engine }], i) => {
      const message = told.runs[i] ?? null
      if (message !== null) refused.push(`Python ${engine}, run '${id}': ${message}`)
      else answers.set(id, Object.fromEntries(Object.entries(outputs).map(([name, file]) => [name, readNpy(file)])))
    })
    return { answers, refused }
  }
}

const readNpy = (file: string): Tensor => decodeNpy(new Uint8Array(readFileSync(file)))
