/** Compiled programs run by ONNX Runtime's WebAssembly in a page of real Chromium, one timed run when asked. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeModel } from 'fovea/onnx'
import { chromium as engine } from 'playwright-core'
import { chromium, flags } from '../scripts/chromium.mjs'
import type { Timed } from './programs.ts'

export interface Browser {
  /** @returns one timed run of each program; seconds */
  load(programs: readonly Timed[], threads: number): Promise<readonly (() => Promise<number>)[]>
  close(): Promise<void>
}

const runtime = 'node_modules/onnxruntime-web/dist'
const types: Readonly<Record<string, string>> = { mjs: 'text/javascript', wasm: 'application/wasm' }

/** Threads need both headers. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

export async function openBrowser(): Promise<Browser> {
  const files = new Map<string, Uint8Array>()
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://page').pathname.slice(1)
    const type = types[name.split('.').at(-1) ?? ''] ?? (name === '' ? 'text/html' : 'application/octet-stream')
    const path = join(runtime, name)
    const body =
      files.get(name) ?? (name === '' ? '<!doctype html>' : existsSync(path) ? readFileSync(path) : undefined)
    response.writeHead(body ? 200 : 404, { ...headers, 'Content-Type': type }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bench-'))
  const context = await engine.launchPersistentContext(folder, { executablePath: chromium(), args: flags })
  return {
    async load(programs, threads) {
      for (const [i, { model }] of programs.entries()) files.set(`${i}.onnx`, encodeModel(model, { inline: true }))
      // A page of its own: memory of earlier models would stay in WebAssembly's.
      for (const page of context.pages()) await page.close()
      const page = await context.newPage()
      await page.goto(url)
      const given = programs.map(({ feeds, fetches }) => ({
        fetches,
        feeds: Object.entries(feeds).map(([name, { dtype, dims, data }]) => ({
          name,
          dtype,
          dims,
          values: dtype === 'int64' ? Array.from(data as BigInt64Array, String) : Array.from(data as Float32Array),
        })),
      }))
      await page.evaluate(prepare, { given, threads })
      return programs.map((_, i) => () => page.evaluate((k) => (globalThis as unknown as Page).runs[k]?.() ?? 0, i))
    },
    async close() {
      await context.close()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Page {
  runs: (() => Promise<number>)[]
}

interface Given {
  readonly threads: number
  readonly given: readonly {
    readonly fetches: readonly string[]
    readonly feeds: readonly {
      readonly name: string
      readonly dtype: string
      readonly dims: readonly number[]
      readonly values: readonly (string | number)[]
    }[]
  }[]
}

/** Runs in the page. */
async function prepare({ given, threads }: Given): Promise<void> {
  const runtime = '/ort.wasm.min.mjs'
  const ort = (await import(runtime)) as typeof import('onnxruntime-web')
  ort.env.wasm.numThreads = threads
  ort.env.wasm.wasmPaths = '/'
  const runs: Page['runs'] = []
  for (const [i, { feeds, fetches }] of given.entries()) {
    const session = await ort.InferenceSession.create(`/${i}.onnx`)
    const tensors = Object.fromEntries(
      feeds.map(({ name, dtype, dims, values }) => {
        const data =
          dtype === 'int64' ? BigInt64Array.from(values, (v) => BigInt(v)) : Float32Array.from(values as number[])
        return [name, new ort.Tensor(dtype as 'float32', data as Float32Array, dims)]
      }),
    )
    runs.push(async () => {
      const start = performance.now()
      await session.run(tensors, [...fetches])
      return (performance.now() - start) / 1000
    })
  }
  Object.assign(globalThis, { runs })
}
