/** `fovea features`: the hand-made features, each stage shown. */

import { writeBytes } from '#platform'
import { FoveaError } from '../../error/index.ts'
import { completeOptions, type Options } from '../../explain/index.ts'
import { type Feature, features, findFeature, type Stage } from '../../features/index.ts'
import { contactSheet, encodePng } from '../../image/index.ts'
import type { Command, Flag, Given, Screen } from '../command.ts'
import { columns } from '../help.ts'
import { amongMany, expand, failures, type Images, imageOf, isImageFault } from '../inputs.ts'

const perSheet = 12

const flags: Readonly<Record<string, Flag>> = {
  stages: { type: 'boolean', describe: 'every stage on a contact sheet (default: the last stage alone)' },
  out: {
    type: 'string',
    short: 'o',
    value: '<path>',
    describe: 'a .png or a folder; default <image>.<feature>.png here',
  },
  json: { type: 'boolean', describe: 'the result as JSON; a picture only with -o' },
}

/** The command for a feature has the feature's options as flags. */
export async function featuresCommand(words: readonly string[]): Promise<Command> {
  const name = words.find((word) => !word.startsWith('-'))
  const feature = name === undefined ? undefined : await findFeature(name)
  const own = Object.entries(feature?.options ?? {}).map(
    ([key, { default: value, describe, choices }]): [string, Flag] => [
      key,
      {
        type: 'string',
        value: `<${typeof value}>`,
        describe: `${describe}${choices ? ` (${choices.join(', ')})` : ''}; default ${value}`,
      },
    ],
  )
  return {
    name: feature ? `features ${feature.name}` : 'features',
    summary: feature ? `${feature.question} (${feature.reference})` : 'The hand-made features, every stage shown.',
    positional: feature ? (feature.images === 2 ? 'image image' : 'images…') : '[name images…]',
    examples: [
      ['fovea features', 'the list'],
      [
        'fovea features sift photo.jpg --stages',
        'keypoints, and every stage on the way to them; writes photo.sift.png',
      ],
      ['fovea features match one.jpg two.jpg -o matches.png', 'two photographs matched'],
    ],
    flags: { ...flags, ...Object.fromEntries(own) },
    run: (given, screen) => (feature ? run(feature, given, screen) : list(given, screen)),
  }
}

async function list(given: Given, screen: Screen): Promise<number> {
  const all = await Promise.all(Object.values(features).map((load) => load()))
  if (given.on('json'))
    screen.print(
      JSON.stringify(
        all.map(({ run: _, ...data }) => data),
        null,
        2,
      ),
    )
  else
    screen.print(
      columns(
        all.map(({ name, question, images }) => [name, `${question}${images === 2 ? ' (two images)' : ''}`]),
      ).join('\n'),
    )
  return 0
}

async function run(feature: Feature, given: Given, screen: Screen): Promise<number> {
  // Two photographs may be the same one: only lists of many are freed of doubles.
  const words = given.words.slice(1)
  const found =
    feature.images === 2 ? joined(await Promise.all(words.map((word) => expand([word])))) : await expand(words)
  const { names } = found
  if (names.length === 0 || (feature.images === 2 && names.length !== 2))
    throw new FoveaError(
      'FOVEA_USAGE',
      `fovea features ${feature.name} takes ${feature.images === 2 ? 'two images' : 'images'}, not ${names.length}.`,
    )
  const asked = Object.keys(feature.options).flatMap((key) => {
    const text = given.text(key)
    return text === undefined ? [] : [[key, text] as const]
  })
  const options = completeOptions(feature.name, feature.options, Object.fromEntries(asked))
  const jobs = feature.images === 2 ? [names] : names.map((name) => [name])
  const results: object[] = []
  let failed = 0
  for (const job of jobs) {
    screen.signal.throwIfAborted()
    try {
      results.push(await one(feature, job, found, options, given, screen, jobs.length))
    } catch (error) {
      if (!isImageFault(error) || jobs.length === 1) throw error
      failed++
      screen.note(`fovea: ${error.message}`)
      results.push({ images: job, error: { code: error.code, message: error.message, ...error.details } })
    }
  }
  if (given.on('json')) screen.print(JSON.stringify(results.length === 1 ? results[0] : results, null, 2))
  if (failed > 0) screen.note(failures(failed, jobs.length))
  return failed > 0 ? 4 : 0
}

const joined = (found: readonly Images[]): Images => ({
  names: found.flatMap(({ names }) => names),
  faults: new Map(found.flatMap(({ faults }) => [...faults])),
})

async function one(
  feature: Feature,
  job: readonly string[],
  found: Images,
  options: Options,
  given: Given,
  screen: Screen,
  jobs: number,
): Promise<object> {
  const opened = Promise.all(job.map((name) => imageOf(name, found)))
  const { result, stages } = feature.run(await (jobs > 1 ? opened.catch(amongMany) : opened), options)
  const out = given.text('out')
  const shown = !given.on('json')
  const files = shown || out !== undefined ? await write(feature, job, stages, given.on('stages'), out, jobs) : []
  if (shown)
    screen.print(`${job.join(', ')}: ${summary(result)}${files.length > 0 ? `\nwrote ${files.join(', ')}` : ''}`)
  return { images: job, feature: feature.name, options, result, files }
}

async function write(
  feature: Feature,
  names: readonly string[],
  stages: readonly Stage[],
  all: boolean,
  out: string | undefined,
  jobs: number,
): Promise<string[]> {
  const stem = names.map((name) => baseName(name).replace(/\.[^.]+$/, '')).join('-')
  const single = out?.endsWith('.png') && jobs === 1
  if (out?.endsWith('.png') && jobs > 1)
    throw new FoveaError('FOVEA_USAGE', `${jobs} images do not fit into one file '${out}'; give -o a folder.`)
  const base = single
    ? (out as string).slice(0, -4)
    : `${out === undefined ? '' : `${out.replace(/[/\\]$/, '')}/`}${stem}.${feature.name}`
  const last = stages.at(-1)
  if (!all) {
    if (!last) return []
    await writeBytes(`${base}.png`, encodePng(last.picture))
    return [`${base}.png`]
  }
  const files: string[] = []
  for (let from = 0; from < stages.length; from += perSheet) {
    const panels = stages
      .slice(from, from + perSheet)
      .map(({ name, caption, picture }) => ({ title: name, image: picture, caption: [caption] }))
    const path = `${base}${from === 0 ? '' : `-${from / perSheet + 1}`}.png`
    await writeBytes(
      path,
      encodePng(
        contactSheet({
          title: `${names.map(baseName).join(', ')} — ${feature.title}`,
          subtitle: feature.question,
          panels,
        }),
      ),
    )
    files.push(path)
  }
  return files
}

const baseName = (path: string) => (path === '-' ? 'stdin' : (path.split(/[/\\]/).at(-1) as string))

/** The numbers and words of a result on one line; lists by their length. */
function summary(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result)
  if (Array.isArray(result)) return `${result.length} results`
  return Object.entries(result)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${key} ${Array.isArray(value) ? `(${value.length})` : typeof value === 'object' ? JSON.stringify(value) : typeof value === 'number' ? Number(value.toPrecision(5)) : value}`,
    )
    .join(', ')
    .slice(0, 400)
}
