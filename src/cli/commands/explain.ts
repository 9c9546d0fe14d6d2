/** `fovea explain`: what the model says of each image, and what speaks for it. */

import { FoveaError } from '../../error/index.ts'
import type { Command, Given, Screen } from '../command.ts'
import { Crew, type Outcome } from '../explain/crew.ts'
import { type Answer, deliver, explainImage, type ImageRecord, methodNames, openJob, titleOf } from '../explain/job.ts'
import type { OpenedModel, Task } from '../explain/messages.ts'
import { openStanding, refuseResume } from '../explain/resume.ts'
import { crewSize } from '../explain/size.ts'
import { asImageFault, bytesOf, expand, failures, type Images, imageOf, isImageFault } from '../inputs.ts'
import { type Destination, destination, stemsOf } from '../outputs.ts'
import { openProgress } from '../progress.ts'
import { budgetOf, deviceOf, methodsOf, modelFlags, targetFlag, withMethodFlags } from './model-flags.ts'

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
    resume: {
      type: 'string',
      value: '<file>',
      describe:
        'optimised masks: go on from this file if it is there, and keep in it what is reached (also after Ctrl-C, or a budget)',
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

async function run(given: Given, screen: Screen): Promise<number> {
  if (given.words.length === 0) throw new FoveaError('FOVEA_USAGE', 'Which image? For example: fovea explain photo.jpg')
  const theme = given.text('theme')
  if (theme !== undefined && theme !== 'light' && theme !== 'dark')
    throw new FoveaError('FOVEA_USAGE', `--theme is light or dark, not '${theme}'.`)
  const chosen = methodsOf(given, methodNames(given))
  const images = await expand(given.words)
  const { length } = images.names
  const target = await destination(given.text('out'), given.text('format'), length, chosen.length)
  budgetOf(given)
  refuseResume(
    given,
    length,
    chosen.map(({ method }) => method),
  )
  return length === 1 ? single(given, screen, images, target) : many(given, screen, images, target)
}

/** One image, in this process: nothing else would be lost with it. The first Ctrl-C leaves what there is so far. */
async function single(given: Given, screen: Screen, images: Images, target: Destination): Promise<number> {
  const stop = screen.stoppable()
  stop.addEventListener('abort', () => screen.note('Ending with what there is; Ctrl-C once more ends at once.'))
  const [name] = images.names as [string]
  const [stem] = stemsOf(images.names) as [string]
  const title = titleOf(name)
  const decoded = imageOf(name, images, title)
  // What is wrong with the model is said first.
  decoded.catch(() => undefined)
  await using job = await openJob(given, screen)
  const image = await decoded
  const explanations = await explainImage(job, image, title, given, {
    signal: screen.signal,
    stop,
    resume: (vision, prepared) => openStanding(given, vision, prepared),
    watch: ({ title: method }) => {
      const steps = openProgress(Number.POSITIVE_INFINITY, screen.progress)
      return { step: (done, total) => steps.step(done, method, total), end: steps.end }
    },
  })
  const answer = await deliver(job, { name, stem, many: false }, image, explanations, given, screen, target)
  const book = openBook(given, screen)
  book.add(answer)
  book.close({ name: job.vision.name, sha256: job.vision.hash })
  return stop.aborted ? 130 : 0
}

/** Many images, in processes of their own: what kills one of them costs at most an image. */
async function many(given: Given, screen: Screen, images: Images, target: Destination): Promise<number> {
  const { names, faults } = images
  const stems = stemsOf(names)
  const progress = openProgress(names.length, screen.progress)
  const book = openBook(given, screen)
  let model: OpenedModel = { name: '', sha256: '' }
  let settled = faults.size
  let failed = 0
  const note = (text: string) => {
    progress.end()
    screen.note(text)
  }
  const crew = new Crew({
    ...(await crewSize(names.length - faults.size, given.text('model'), deviceOf(given))),
    words: process.argv.slice(3),
    opening: { color: screen.color, columns: screen.columns, quiet: screen.quiet, images: names.length },
    onOpen(opened, notes) {
      model = opened
      for (const text of notes) note(text)
    },
    onProgress: ({ name }, method, done, of) => progress.step(settled, `${name}: ${method} ${done}/${of}`),
    onSettled: ({ name }) => progress.step(++settled, name),
  })
  const task = async (index: number): Promise<Task> => {
    const name = names[index] as string
    const common = { index, name, stem: stems[index] as string }
    return name === '-' ? { ...common, bytes: await bytesOf(name) } : common
  }
  const outcomes = names.map(async (name, index): Promise<Outcome> => {
    const fault = faults.get(name)
    return fault ? { error: asImageFault(fault) } : crew.do(await task(index))
  })
  screen.signal.addEventListener('abort', () => crew.abandon(screen.signal.reason as Error))
  try {
    for (const [index, outcome] of outcomes.entries()) {
      const result = await outcome
      if ('answer' in result) book.add(result.answer)
      else if (isImageFault(result.error)) {
        const { code, message, details } = result.error
        failed++
        note(`fovea: ${message}`)
        book.add({ record: { file: names[index] as string, error: { code, message, ...details } }, text: '' })
      } else throw result.error
    }
  } finally {
    progress.end()
    await crew.close()
    await target.sweep(crew.suspects.map(({ stem }) => stem))
  }
  book.close(model)
  if (failed > 0) screen.note(failures(failed, names.length))
  return failed > 0 ? 4 : 0
}

/** What was found, as text while it comes, or in one document at the end. */
function openBook(given: Given, screen: Screen) {
  const records: ImageRecord[] = []
  return {
    add({ record, text }: Answer): void {
      if (given.on('jsonl')) screen.print(JSON.stringify(record))
      else if (given.on('json')) records.push(record)
      else if (text !== '') screen.print(text)
    },
    close({ name, sha256 }: OpenedModel): void {
      if (given.on('json')) screen.print(JSON.stringify({ model: name, sha256, images: records }, null, 2))
    },
  }
}
