// Builds the studio's page from src/studio/ into a folder of static files, and measures its JavaScript.
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const photos = ['chelsea.png', 'coffee.png', 'rocket.jpg']
const shared = {
  resolve: { alias: { '#platform': join(root, 'src/platform/browser.ts') } },
}
/** ONNX Runtime is served beside the page (see src/studio/engine/worker.ts). */
const external = [/^onnxruntime-web\//]

export async function buildStudio(outDir) {
  await build({
    ...shared,
    configFile: false,
    root: join(root, 'src/studio'),
    base: './',
    publicDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    worker: { format: 'es', rolldownOptions: { external } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      cssTarget: ['chrome125', 'firefox128', 'safari18'],
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { external },
    },
  })
  for (const photo of photos) cpSync(join(root, 'examples/photos', photo), join(outDir, 'photos', photo))
  const session = { images: photos.map((photo) => ({ name: photo, url: `photos/${photo}` })) }
  writeFileSync(join(outDir, 'session.json'), `${JSON.stringify(session)}\n`)
}
