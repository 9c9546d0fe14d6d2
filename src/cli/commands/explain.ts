/** `fovea explain`: what the model says of each image, and what speaks for it. */

import { deflateSync } from 'node:zlib'
import { FoveaError } from '../../error/index.ts'
import { type Explainer, type Explanation, openExplainer, sheetOf } from '../../explain/index.ts'
import { encodePng } from '../../image/index.ts'
import { type GivenInput, predictions, type VisionModel } from '../../models/index.ts'
import { encodeNpy, float32, type Image } from '../../tensor/index.ts'
import type { Command, Given, Screen } from '../command.ts'
import { amongMany, expand, failures, type Images, imageOf, isImageFault } from '../inputs.ts'
import { type Destination, destination } from '../outputs.ts'
import { openProgress } from '../progress.ts'
import { report } from '../report.ts'
import {
  budgetOf,
  deviceOf,
  inputsOf,
  methodsOf,
  modelFlags,
  modelOf,
  picturesOf,
  targetFlag,
  withMethodFlags,
} from './model-flags.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'What in an image speaks for a class: prints the best classes, shows the heatmap, writes it as a picture.',
  positional: '[images, folders, globs, @list.txt, -]',
  examples: [
    ['fovea explain photo.jpg', 'the top class, by Grad-CAM and the built-in model; writes photo.fovea.png'],
    ['fovea explain photo.jpg --model model.onnx --preset timm --class "tiger cat"', 'your own model, one class'],
    ['fovea explain photos/ --method all -o out/ --format png,json,npy', 'a folder, every method, all formats'],
    ['fovea explain photo.jpg --target "logits[282] - logits[281]"', 'why the one and not the other (docs/targets.md)'],
    ['cat photo.jpg | fovea explain - -o - > map.png', 'in a pipe'],
  ],
  flags: withMethodFlags({
    model: {
      type: 'string',
      short: 'm',
      value: '<file>',
      describe: 'an .onnx file; default: the built-in EfficientNet-Lite0',
    },
    method: { type: 'string', value: '<names>', describe: 'methods, with commas, or all; default saliency,grad-cam' },
    target: targetFlag,
    class: {
      type: 'string',
      short: 'c',
      value: '<class>',
      minus: true,
      describe: 'a number, a name, or top (default)',
    },
    layer: {
      type: 'string',
      short: 'l',
      value: '<name>',
      describe:
        'the layer that CAM methods look at (default: the last one with positions), and where masks lie instead of at the image',
    },
    out: {
      type: 'string',
      short: 'o',
      value: '<path>',
      describe: 'a file, a folder, or - ; default <image>.fovea.png here',
    },
    format: {
      type: 'string',
      value: '<list>',
      describe:
        'png (the sheet), json (certificates), npy (raw heatmap in image pixels, NaN where the model did not look)',
    },
    like: {
      type: 'string',
      value: '<peer>',
      describe: 'the options that give the numbers of a peer: captum, pytorch-grad-cam … (fovea methods lists them)',
    },
    budget: {
      type: 'string',
      value: '<time>',
      describe: 'stop sampling after 5s, 800ms …: the map so far, with its standard error, where the method can',
    },
    picture: {
      type: 'string',
      value: '<name=file>',
      multiple: true,
      describe: 'a picture that a method takes beside the photograph, such as baseline=grey.png; may be repeated',
    },
    json: { type: 'boolean', describe: 'one JSON document on standard output; files only with -o or --format' },
    jsonl: { type: 'boolean', describe: 'one JSON record a line and image' },
    theme: { type: 'string', value: '<name>', describe: 'light (default) or dark sheets' },
    'own-cells': { type: 'boolean', describe: "show the layer's own cells, not interpolated" },
    ...modelFlags,
  }),
  run,
}

interface Job {
  readonly given: Given
  readonly screen: Screen
  readonly vision: VisionModel
  readonly explainers: readonly Explainer[]
  readonly inputs: Readonly<Record<string, GivenInput>>
  readonly pictures: Readonly<Record<string, readonly Image[]>>
  readonly target: Destination
  readonly machine: boolean
}

async function run(given: Given, screen: Screen): Promise<number> {
  if (given.words.length === 0) throw new FoveaError('FOVEA_USAGE', 'Which image? For example: fovea explain photo.jpg')
  const theme = given.text('theme')
  if (theme !== undefined && theme !== 'light' && theme !== 'dark')
    throw new FoveaError('FOVEA_USAGE', `--theme is light or dark, not '${theme}'.`)
  const chosen = methodsOf(given, given.text('method') ?? 'saliency,grad-cam')
  const images = await expand(given.words)
  const files = await destination(given.text('out'), given.text('format'), images.names, chosen.length)
  const target = given.text('target')
  const inputs = Object.fromEntries(
    Object.entries(await inputsOf(given)).filter(([name]) => name === 'mask' && /\bmask\b/.test(target ?? '')),
  )
  const pictures = await picturesOf(given, chosen)
  budgetOf(given)
  const vision = await modelOf(given, given.text('model'), screen, Object.keys(inputs))
  const explainers: Explainer[] = []
  try {
    const layer = given.text('layer')
    const like = given.text('like')
    for (const { method, options } of chosen) {
      const opened = await openExplainer(vision, method, {
        options,
        target,
        ...(like === undefined ? {} : { like }),
        layer: method.at === 'image' ? undefined : layer,
        device: deviceOf(given),
      }).catch((error: unknown) => {
        const last = method === chosen.at(-1)?.method && explainers.length === 0
        if (given.text('method') !== 'all' || last || !isUndefinedHere(error)) throw error
        screen.note(`left out: ${error.message}`)
        return undefined
      })
      if (opened) explainers.push(opened)
    }
    return await runAll(
      {
        given,
        screen,
        vision,
        explainers,
        inputs,
        pictures,
        target: files,
        machine: given.on('json') || given.on('jsonl') || given.text('out') === '-',
      },
      images,
    )
  } finally {
    for (const explainer of explainers) await explainer[Symbol.asyncDispose]()
  }
}

/** The method has no definition for this model: of all methods, it is left out. */
const isUndefinedHere = (error: unknown): error is FoveaError =>
  error instanceof FoveaError &&
  (error.code === 'FOVEA_METHOD' || error.code === 'FOVEA_UNSUPPORTED_OP' || error.code === 'FOVEA_ZERO_GRADIENT')

async function runAll(job: Job, images: Images): Promise<number> {
  const { given, screen } = job
  const { names } = images
  const progress = openProgress(names.length, screen.progress)
  const records: object[] = []
  let failed = 0
  for (const [i, name] of names.entries()) {
    screen.signal.throwIfAborted()
    try {
      const record = await one(job, name, images)
      if (given.on('jsonl')) screen.print(JSON.stringify(record))
      else records.push(record)
    } catch (error) {
      if (!isImageFault(error)) throw error
      if (names.length === 1) throw error
      failed++
      progress.end()
      screen.note(`fovea: ${error.message}`)
      const record = { file: name, error: { code: error.code, message: error.message, ...error.details } }
      if (given.on('jsonl')) screen.print(JSON.stringify(record))
      else records.push(record)
    }
    progress.step(i + 1, name)
  }
  progress.end()
  if (given.on('json'))
    screen.print(JSON.stringify({ model: job.vision.name, sha256: job.vision.hash, images: records }, null, 2))
  if (failed > 0) screen.note(failures(failed, names.length))
  return failed > 0 ? 4 : 0
}

async function one(
  { given, screen, vision, explainers, inputs, pictures, target, machine }: Job,
  name: string,
  images: Images,
): Promise<object> {
  const many = images.names.length > 1
  const title = name === '-' ? 'standard input' : (name.split(/[/\\]/).at(-1) as string)
  const opened = imageOf(name, images, title)
  const image = await (many ? opened.catch(amongMany) : opened)
  const explanations: Explanation[] = []
  for (const explainer of explainers) {
    const steps = openProgress(Number.POSITIVE_INFINITY, screen.progress)
    explanations.push(
      await explainer.explain(image, {
        class: given.text('class'),
        inputs,
        pictures,
        budget: budgetOf(given),
        signal: screen.signal,
        onProgress: (done, total) => steps.step(done, explainer.method.title, total),
      }),
    )
    steps.end()
  }
  const best = predictions(vision, (explanations[0] as Explanation).scores)
  const certificates = explanations.map(({ certificate, curve }) => (curve ? { ...certificate, curve } : certificate))
  const record = { file: name, width: image.width, height: image.height, top: best, explanations: certificates }
  const wantsFiles = !machine || given.text('out') !== undefined || given.text('format') !== undefined
  const files = wantsFiles ? await write(target, name, title, image, vision, explanations, given, record) : []
  if (!machine && !screen.quiet)
    screen.print(report({ title, image, vision, explanations, best, files, brief: many }, screen))
  return { ...record, files }
}

async function write(
  target: Destination,
  name: string,
  title: string,
  image: Image,
  vision: VisionModel,
  explanations: readonly Explanation[],
  given: Given,
  record: object,
): Promise<string[]> {
  const files: string[] = []
  const theme = given.text('theme') as 'light' | 'dark' | undefined
  for (const format of target.formats) {
    if (format === 'png') {
      const text = {
        Software: 'Fovea',
        Description: JSON.stringify(explanations.map(({ certificate }) => certificate)),
      }
      const sheet = sheetOf(title, image, vision, explanations, { theme, cells: given.on('own-cells') })
      files.push(await target.write(name, format, encodePng(sheet, { text, deflate: deflateSync })))
    } else if (format === 'json') files.push(await target.write(name, format, `${JSON.stringify(record, null, 2)}\n`))
    else
      for (const { heatmap, certificate } of explanations) {
        const bytes = encodeNpy(float32([heatmap.height, heatmap.width], heatmap.data))
        files.push(await target.write(name, format, bytes, explanations.length > 1 ? certificate.method : undefined))
      }
  }
  return files
}
