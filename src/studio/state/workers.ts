/** The page's workers, and the folder that it is served from. */

import { type Remote, remote } from '../rpc.ts'

/** The folder of the page. */
export const root = new URL('./', location.href.split(/[?#]/)[0]).href

/** `?threads=1`, `?device=wasm`, `?device=emulated`: for browsers where the usual does not work, and for tests. */
export const wishes = new URLSearchParams(location.search)

export const engine: Remote = remote(
  () => new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
)
export const pictures: Remote = remote(
  () => new Worker(new URL('../pictures/worker.ts', import.meta.url), { type: 'module', name: 'pictures' }),
)
export const featureWorker: Remote = remote(
  () => new Worker(new URL('../features/worker.ts', import.meta.url), { type: 'module', name: 'features' }),
)
export const graphWorker: Remote = remote(
  () => new Worker(new URL('../graph/worker.ts', import.meta.url), { type: 'module', name: 'graph' }),
)
