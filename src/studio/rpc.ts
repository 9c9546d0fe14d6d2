/** Calls between the page and its workers: a promise for each call, news on the way, errors that keep their code. */

export interface Failure {
  readonly code: string
  readonly message: string
}

/** What a worker's error is on the page. */
export class RemoteError extends Error {
  readonly code: string
  constructor({ code, message }: Failure) {
    super(message)
    this.name = 'RemoteError'
    this.code = code
  }
}

/** A worker's functions by name; the last argument hears of progress. */
export type Handlers = Readonly<
  Record<string, (input: never, news: (news: unknown) => void) => Promise<Reply<unknown>>>
>

/** An answer, and the buffers that move instead of being copied. */
export interface Reply<T> {
  readonly value: T
  readonly transfer?: readonly Transferable[]
}

type Incoming = { readonly id: number; readonly call: string; readonly input: unknown }
type Outgoing = { readonly id: number; readonly value?: unknown; readonly failure?: Failure; readonly news?: unknown }

interface Scope {
  onmessage: ((event: MessageEvent<Incoming>) => void) | null
  postMessage(message: Outgoing, transfer?: readonly Transferable[]): void
}

/** Worker side: answers every call with one of the handlers. */
export function answer(handlers: Handlers): void {
  const scope = globalThis as unknown as Scope
  scope.onmessage = async ({ data: { id, call, input } }) => {
    try {
      const { value, transfer = [] } = await (handlers[call] as Handlers[string])(input as never, (news) =>
        scope.postMessage({ id, news }),
      )
      scope.postMessage({ id, value }, transfer)
    } catch (error) {
      scope.postMessage({ id, failure: failureOf(error) })
    }
  }
}

function failureOf(error: unknown): Failure {
  const { name, message, code } = error as Error & { code?: unknown }
  if (name === 'AbortError') return { code: 'ABORTED', message: 'Cancelled.' }
  if (typeof code === 'string') return { code, message }
  const memory = error instanceof RangeError && /allocat|memory|length/i.test(message)
  if (memory) return { code: 'FOVEA_BACKEND', message: 'This needs more memory than the browser gives a page.' }
  return { code: 'FOVEA_INTERNAL', message: message || String(error) }
}

export interface Remote {
  call<T>(name: string, input?: unknown, transfer?: readonly Transferable[], news?: (news: never) => void): Promise<T>
  /** Ends the worker; every open call fails with ABORTED. The next call starts a fresh one. */
  end(): void
}

/** Page side. @param start makes the worker, at the first call and after `end` */
export function remote(start: () => Worker): Remote {
  let worker: Worker | undefined
  let last = 0
  const open = new Map<
    number,
    { resolve(value: never): void; reject(error: Error): void; news?: ((news: never) => void) | undefined }
  >()
  const failAll = (failure: Failure) => {
    for (const { reject } of open.values()) reject(new RemoteError(failure))
    open.clear()
  }
  const running = () => {
    if (worker) return worker
    worker = start()
    worker.onmessage = ({ data }: MessageEvent<Outgoing>) => {
      const call = open.get(data.id)
      if (!call) return
      if ('news' in data) return call.news?.(data.news as never)
      open.delete(data.id)
      if (data.failure) call.reject(new RemoteError(data.failure))
      else call.resolve(data.value as never)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      worker?.terminate()
      worker = undefined
      failAll({
        code: 'FOVEA_BACKEND',
        message: `A background worker of this page stopped${event.message ? `: ${event.message}` : '; it may lack memory'}.`,
      })
    }
    return worker
  }
  return {
    call: (name, input, transfer = [], news) =>
      new Promise((resolve, reject) => {
        const id = ++last
        open.set(id, { resolve, reject, news })
        running().postMessage({ id, call: name, input }, transfer as Transferable[])
      }),
    end() {
      worker?.terminate()
      worker = undefined
      failAll({ code: 'ABORTED', message: 'Cancelled.' })
    },
  }
}
