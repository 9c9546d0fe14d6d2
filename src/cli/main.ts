#!/usr/bin/env node
/** `fovea <command> …`: finds the command, runs it, and turns errors into one sentence and an exit status. */

import { didYouMean, exitStatus, FoveaError } from '../error/index.ts'
import { version } from '../explain/version.ts'
import { commands } from './commands/index.ts'
import { columns, commandHelp } from './help.ts'
import { parse } from './parse.ts'
import { openScreen } from './screen.ts'

const overview = `fovea: see what a vision model sees

Examples
  fovea explain photo.jpg
      explains the top class with the built-in model; writes photo.fovea.png
  fovea explain photo.jpg --model model.onnx --method saliency,grad-cam --class "tiger cat"
      your own model, two methods, one class
  fovea compile model.onnx --method grad-cam -o explainer.onnx
      an ordinary .onnx that answers scores and heatmap

Commands
${columns(Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)).join('\n')}

fovea <command> --help tells more. Exit status: 0 done, 2 usage, 3 model, 4 some images failed, 5 environment, 130 interrupted.`

async function main(words: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = words
  if (name === '--version' || name === '-V') return say(version)
  if (name === '--help' || name === '-h' || name === 'help') return say(overview)
  const entry = commands[name]
  if (!entry)
    throw new FoveaError(
      'FOVEA_USAGE',
      `There is no command '${name}'${didYouMean(name, Object.keys(commands))}; there are ${Object.keys(commands).join(', ')}.`,
    )
  const command = await entry.load(rest)
  const flags = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined)
  if (flags.includes('--help') || flags.includes('-h')) return say(commandHelp(command))
  const given = parse(command, rest)
  return command.run(given, openScreen(given))
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function fail(error: unknown, words: readonly string[]): number {
  const known = error instanceof FoveaError
  const aborted = error instanceof Error && error.name === 'AbortError'
  if (aborted) return 130
  const code = known ? error.code : 'FOVEA_INTERNAL'
  const message = error instanceof Error ? error.message : String(error)
  if (words.includes('--json') || words.includes('--jsonl'))
    process.stdout.write(`${JSON.stringify({ error: { code, message, ...(known ? error.details : {}) } })}\n`)
  const hint = known ? '' : ' (this is a fault of Fovea; FOVEA_DEBUG=1 shows where)'
  process.stderr.write(`fovea: ${message}${hint}\n`)
  if (process.env.FOVEA_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitStatus[code]
}

// Nobody reads the answers any more: no error. Files that were asked for are still written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && process.argv.some((word) => word.startsWith('--json'))) process.exit(0)
})

const words = process.argv.slice(2)
process.exitCode = await main(words).catch((error: unknown) => fail(error, words))
