/** The studio's server: for this machine only, nothing but its own files, headers that give the page threads. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, serve } from '../../src/cli/studio/server.ts'

let running: Running
const site = {
  folders: { '': 'dist/studio', models: 'models' },
  files: new Map([['/files/image-0/cat.png', 'examples/photos/chelsea.png']]),
  answers: { '/session.json': { images: [] } },
}

beforeAll(async () => {
  running = await serve(site, 0)
})
afterAll(() => running.close())

/** Sent as it is: fetch would tidy the path. */
function ask(path: string, options: { method?: string; host?: string } = {}) {
  const { hostname, port, host } = new URL(running.url)
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method: options.method ?? 'GET', headers: { host: options.host ?? host } },
      (answer) => {
        let body = ''
        answer.setEncoding('latin1').on('data', (part) => (body += part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
      },
    )
    sent.on('error', reject).end()
  })
}

test('gives the page with isolation and a strict policy', async () => {
  const { status, headers } = await ask('/')
  expect(status).toBe(200)
  expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['content-security-policy']).not.toContain('unsafe-inline')
  expect(headers['content-security-policy']).not.toContain("'unsafe-eval'")
})

test('gives models, named files and the session', async () => {
  expect((await ask('/models/efficientnet-lite0/labels.txt')).body).toContain('tiger cat')
  expect((await ask('/files/image-0/cat.png')).headers['content-length']).toBe(
    String(statSync('examples/photos/chelsea.png').size),
  )
  expect(JSON.parse((await ask('/session.json')).body)).toEqual({ images: [] })
  const { headers } = await ask('/models/efficientnet-lite0/model.onnx', { method: 'HEAD' })
  expect(headers['content-length']).toBe(String(statSync('models/efficientnet-lite0/model.onnx').size))
})

test.each([
  '/../package.json',
  '/%2e%2e/package.json',
  '/models/../../package.json',
  '/models/%2e%2e%2f%2e%2e%2fpackage.json',
  '/..%5cpackage.json',
  '/models//etc/passwd',
  '//etc/passwd',
  '/%00',
  '/%E0%A4%A',
  '/files/image-0/',
  '/files/image-0/../../package.json',
  '/models',
  '/assets',
  '/.git/config',
])('does not leave its folders for %s', async (path) => {
  const { status, body } = await ask(path)
  expect([400, 404]).toContain(status)
  expect(body).not.toContain('devDependencies')
  expect(body).not.toContain('root:')
})

test('answers only to its own name, and only reads', async () => {
  expect((await ask('/', { host: 'evil.example' })).status).toBe(403)
  expect((await ask('/', { host: '127.0.0.1.evil.example' })).status).toBe(403)
  expect((await ask('/', { host: 'localhost:1' })).status).toBe(200)
  expect((await ask('/', { method: 'POST' })).status).toBe(405)
})

const fovea = (...words: string[]) => spawnSync(process.execPath, ['dist/cli/main.js', ...words], { encoding: 'utf8' })

test('the command says what is wrong in a sentence', () => {
  const port = new URL(running.url).port
  expect(fovea('studio', '--no-open', '--port', port).stderr).toMatch(
    /^fovea: The studio cannot listen on port \d+: another/,
  )
  expect(fovea('studio', '--no-open', '--port', 'x').stderr).toMatch(/^fovea: --port is a number/)
  expect(fovea('studio', '--no-open', 'missing.onnx').stderr).toBe("fovea: There is no file 'missing.onnx'.\n")
  expect(fovea('studio', '--no-open', 'missing.png').stderr).toMatch(/^fovea: There is no image 'missing.png'/)
})

test('--export writes a whole site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-site-'))
  try {
    const { status, stdout } = fovea('studio', '--export', join(folder, 'site'))
    expect(status).toBe(0)
    expect(stdout).toBe(`${join(folder, 'site')}\n`)
    const files = readdirSync(join(folder, 'site'), { recursive: true, encoding: 'utf8' })
    for (const file of ['index.html', 'session.json', 'models/efficientnet-lite0/model.onnx', 'ort/ort.wasm.min.mjs'])
      expect(files).toContain(file)
    expect(fovea('studio', '--export', folder).stderr).toMatch(/is not empty/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
