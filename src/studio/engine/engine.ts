/** The library in a worker: models, pictures and explainers that stay open, and what the page asks of them. */

import { FoveaError } from '../../error/index.ts'
import { type Explainer, exportMethod, findMethod, openExplainer } from '../../explain/index.ts'
import { feedsOf, findLayer, inspect, openModel, predictions, prepare, type VisionModel } from '../../models/index.ts'
import { Builder, withGraph } from '../../onnx/index.ts'
import { dropped, page } from '../../platform/index.ts'
import { openProgram } from '../../runtime/index.ts'
import { type Image, numbers, sizeOf, type Tensor } from '../../tensor/index.ts'
import { graphOf } from './graph.ts'
import type {
  Activations,
  Explained,
  ExplainRequest,
  OpenedModel,
  OpenRequest,
  Prediction,
  Progress,
} from './messages.ts'

type Device = 'wasm' | 'webgpu'

/** Explainers hold a program in the engine's memory: only the latest stay open. */
const keptExplainers = 6

export class Engine {
  device: Device = 'wasm'
  readonly #models = new Map<string, VisionModel>()
  readonly #images = new Map<string, Image>()
  readonly #explainers = new Map<string, Promise<Explainer>>()

  async open({ source, preset, files = {} }: OpenRequest): Promise<OpenedModel> {
    const folder = `${dropped}${performance.now()}/`
    for (const [name, bytes] of Object.entries(files)) page.files.set(folder + name, bytes)
    const isDropped = source !== undefined && source in files
    const path = isDropped ? folder + source : source
    const shown = source?.split('/').at(-1) ?? ''
    const vision = await openModel(path, { preset, device: this.device }).catch((error: Error) => {
      throw path === undefined ? error : renamed(error, path, decodeURIComponent(shown))
    })
    const key = vision.hash
    const name = decodeURIComponent(vision.name)
    this.#models.set(key, { ...vision, name })
    return {
      key,
      name,
      bytes: files[shown]?.length ?? 0,
      labels: vision.labels ?? null,
      classes: vision.head?.classes ?? 0,
      usual: vision.targets.usual ?? null,
      notes: vision.notes,
      inspection: { ...inspect(vision), name },
      nodes: graphOf(vision),
    }
  }

  addImage(id: string, image: Image): void {
    this.#images.set(id, image)
  }

  dropImage(id: string): void {
    this.#images.delete(id)
  }

  /** On WebGPU first, where it is used; what fails there is computed by WebAssembly, and said. */
  async explain(request: ExplainRequest, signal: AbortSignal, progress: (news: Progress) => void): Promise<Explained> {
    if (this.device === 'wasm') return this.#explain(request, signal, progress)
    try {
      return await this.#explain(request, signal, progress)
    } catch (error) {
      if (signal.aborted || (error instanceof FoveaError && error.code === 'FOVEA_USAGE')) throw error
      this.device = 'wasm'
      const explained = await this.#explain(request, signal, progress)
      const reason = (error as Error).message.split('\n')[0]
      return {
        ...explained,
        notes: [...explained.notes, `WebGPU failed (${reason}); WebAssembly computes from here on.`],
      }
    }
  }

  async #explain(request: ExplainRequest, signal: AbortSignal, progress: (news: Progress) => void): Promise<Explained> {
    const vision = this.#model(request.model)
    const image = this.#image(request.image)
    const started = performance.now()
    const explainer = await this.#explainer(vision, request, progress)
    signal.throwIfAborted()
    const display = explainer.method.display(explainer.options)
    const { seen } = prepare(image, vision.format).placement
    const pictures = Object.entries(request.pictures ?? {}).map(([name, id]) => [name, [this.#image(id)]] as const)
    // A map so far costs as much as some samples: ten a second are enough to watch.
    let [next, shown] = [0, {}]
    const { raw, certificate, scores } = await explainer.explain(image, {
      class: request.class,
      pictures: Object.fromEntries(pictures),
      signal,
      onProgress: (done, total, preview) => {
        if (preview && performance.now() > next) {
          shown = { preview: { raw: preview(), display, seen } }
          next = performance.now() + 100
        }
        progress({ phase: 'run', done, total, ...shown })
      },
    })
    return {
      raw,
      certificate: { ...certificate, model: { ...certificate.model, name: vision.name } },
      display,
      best: predictions(vision, scores, vision.head ? 8 : 20),
      ms: performance.now() - started,
      notes: [],
    }
  }

  /** What the model says of an image, without any explanation: for models that have no backward pass. */
  async predict(model: string, image: string): Promise<readonly Prediction[]> {
    const vision = this.#model(model)
    if (!vision.head) return []
    await using program = await openProgram(vision.model, { device: this.device })
    const { tensor } = prepare(this.#image(image), vision.format)
    const answers = await program.run(feedsOf(vision, tensor), { fetches: [vision.head.output] })
    return predictions(vision, numbers(answers[vision.head.output] as Tensor).slice(0, vision.head.classes), 8)
  }

  async activations(model: string, image: string, name: string): Promise<Activations> {
    const vision = this.#model(model)
    const layer = findLayer(vision.layers, name)
    const { tensor, placement } = prepare(this.#image(image), vision.format)
    const builder = new Builder({ ...vision.model.graph, outputs: [] })
    const value = builder.value(layer.name)
    const real = value.dtype === 'float32' ? value : builder.op.Cast(value, { to: 1 })
    const map = builder.named('Identity', 'fovea/activations', layer.toMap(builder, real))
    const shown = withGraph(vision.model, builder.finish([map]))
    await using program = await openProgram(shown, { device: this.device })
    const answers = await program.run(feedsOf(vision, tensor))
    const { channels, height, width } = layer
    const all = numbers(answers[map.name] as Tensor)
    const data = Float32Array.from(all.subarray(0, sizeOf([channels, height, width])))
    return { layer: name, channels, height, width, data, seen: placement.seen }
  }

  async compile(request: ExplainRequest): Promise<Uint8Array> {
    const { options, like, layer, target } = request
    const method = findMethod(request.method)
    const { bytes } = await exportMethod(this.#model(request.model), method, { options, like, layer, target })
    return bytes
  }

  #model(key: string): VisionModel {
    const vision = this.#models.get(key)
    if (!vision) throw new FoveaError('FOVEA_INTERNAL', 'The model is not open any more; open it again.')
    return vision
  }

  #image(id: string): Image {
    const image = this.#images.get(id)
    if (!image) throw new FoveaError('FOVEA_INTERNAL', 'The picture is not here any more; drop it again.')
    return image
  }

  async #explainer(
    vision: VisionModel,
    { model, method, options, like, layer, target }: ExplainRequest,
    progress: (news: Progress) => void,
  ): Promise<Explainer> {
    const key = JSON.stringify([model, method, options, like, layer, target, this.device])
    const known = this.#explainers.get(key)
    if (known) {
      this.#explainers.delete(key)
      this.#explainers.set(key, known)
      return known
    }
    progress({ phase: 'compile', done: 0, total: 0 })
    const opened = openExplainer(vision, findMethod(method), { options, like, layer, target, device: this.device })
    this.#explainers.set(key, opened)
    opened.catch(() => this.#explainers.delete(key))
    for (const [old, explainer] of this.#explainers) {
      if (this.#explainers.size <= keptExplainers) break
      this.#explainers.delete(old)
      await explainer.then((one) => one[Symbol.asyncDispose]()).catch(() => undefined)
    }
    return opened
  }
}

/** The file is called what the person calls it. */
function renamed(error: Error, path: string, name: string): Error {
  const message = error.message.replaceAll(path, name)
  return error instanceof FoveaError ? new FoveaError(error.code, message, error.details, error) : new Error(message)
}
