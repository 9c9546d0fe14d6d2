/**
 * The studio's web server: static files of the package and the files named on the command line, for this machine only. It
 * answers GET and HEAD from loopback addresses by their own name, lists nothing, and never leaves the folders that it was given.
 */

import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, sep } from 'node:path'
import { FoveaError } from '../../error/index.ts'

export interface Site {
  /** By the first part of the path ('ort' for /ort/…, '' for the rest), folders on disk. */
  readonly folders: Readonly<Record<string, string>>
  /** Single files, by their path ('/files/0/photo.jpg'). */
  readonly files: ReadonlyMap<string, string>
  /** Answers that are made here, by their path; JSON. */
  readonly answers: Readonly<Record<string, unknown>>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** COOP and COEP give the page threads; the policy keeps it to itself: no other host, no inline script. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' blob:",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

export interface Running {
  readonly url: string
  close(): Promise<void>
}

/** @param port 0: any that is free. @throws FoveaError FOVEA_IO when the port is taken */
export async function serve(site: Site, port: number): Promise<Running> {
  const server = createServer((request, response) => {
    answer(site, request, response).catch(() => refuse(response, 500, 'The file cannot be read.'))
  })
  const actual = await listen(server, port)
  return {
    url: `http://127.0.0.1:${actual}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program uses it' : cause.message
      reject(
        new FoveaError('FOVEA_IO', `The studio cannot listen on port ${port}: ${why}. Give another --port.`, {}, cause),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host = '' } = request.headers
  // Another site's page may let its name point here (DNS rebinding): it still sends its own name.
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host))
    return refuse(response, 403, 'This server answers only to its own address.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.')
  const path = pathOf(request.url ?? '/')
  if (path === undefined) return refuse(response, 400, 'That is no path.')
  if (Object.hasOwn(site.answers, path)) return send(response, JSON.stringify(site.answers[path]))
  const file = site.files.get(path) ?? (await fileOf(site, path))
  if (!file) return refuse(response, 404, 'There is no such file.')
  const { size, mtimeMs } = await stat(file)
  const tag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`
  // Names with a hash never change; everything else is asked for again and answered by its tag.
  const lasting = /\/assets\/|\/ort\//.test(path)
  const caching = lasting ? 'public, max-age=31536000, immutable' : 'no-cache'
  const own = { ...headers, ETag: tag, 'Cache-Control': caching }
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304, own).end()
  const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream'
  response.writeHead(200, { ...own, 'Content-Type': type, 'Content-Length': size })
  if (request.method === 'HEAD') return void response.end()
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response)
}

/** The decoded path, or undefined where it climbs, hides a file, or is no path. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] as string)
    const bad = !path.startsWith('/') || /[\0\\]/.test(path) || path.split('/').some((part) => part.startsWith('.'))
    return bad ? undefined : path.endsWith('/') ? `${path}index.html` : path
  } catch {
    return undefined
  }
}

async function fileOf({ folders }: Site, path: string): Promise<string | undefined> {
  const [, first = '', ...rest] = path.split('/')
  const mapped = rest.length > 0 ? folders[first] : undefined
  const folder = mapped ?? folders['']
  if (!folder) return undefined
  const home = await realpath(folder)
  const file = await realpath(join(home, ...(mapped ? rest : path.split('/')))).catch(() => '')
  if (!file.startsWith(home + sep)) return undefined
  return (await stat(file)).isFile() ? file : undefined
}

function send(response: ServerResponse, json: string): void {
  response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' }).end(json)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}
