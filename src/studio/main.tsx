import { remote } from './rpc.ts'
const t0 = performance.now()
const engine = remote(() => new Worker(new URL('./engine/worker.ts', import.meta.url), { type: 'module' }))
const root = new URL('./', location.href).href
const log: string[] = []
const mark = (name: string) => { log.push(`${name} ${Math.round(performance.now() - t0)}`); document.title = log.join(' | ') }
mark('nav ' + Math.round(t0))
await engine.call('start', { root, threads: undefined, stop: null }); mark('start')
const model: any = await engine.call('open', { source: undefined }); mark('open')
const bytes = new Uint8Array(await (await fetch('photos/chelsea.png')).arrayBuffer()); mark('fetch')
await engine.call('decode', { id: 'a', name: 'chelsea.png', bytes }); mark('decode')
for (const method of ['grad-cam', 'grad-cam', 'saliency', 'saliency']) {
  const e: any = await engine.call('explain', { run: 1, model: model.key, image: 'a', method, options: {} }); mark(`${method} ${e.certificate.label} ${e.ms|0}`)
}
document.title = 'done ' + document.title
