/** `fovea studio`: the page in a browser, served from this machine to this machine; or written as files for any web host. */

import { FoveaError } from '../../error/index.ts'
import type { Command, Given, Screen } from '../command.ts'
import { expand } from '../inputs.ts'
import { openBrowser } from '../studio/browser.ts'
import { exportSite } from '../studio/export.ts'
import { serve } from '../studio/server.ts'
import { siteOf } from '../studio/site.ts'

const usualPort = 4747

export const studio: Command = {
  name: 'studio',
  summary: 'Look at a model in the browser. Everything is computed in the tab; no image leaves the machine.',
  positional: '[model.onnx] [images, folders, globs]',
  examples: [
    ['fovea studio', 'the built-in model and the example photographs'],
    ['fovea studio model.onnx photos/', 'your own'],
    ['fovea studio --export site/', 'the page as static files, for any web host'],
  ],
  flags: {
    port: { type: 'string', value: '<number>', describe: `default ${usualPort}, or any free one` },
    open: { type: 'boolean', describe: 'open the browser (default; --no-open: only print the address)' },
    preset: { type: 'string', value: '<name|file>', describe: 'how an image becomes the input of the model' },
    export: { type: 'string', value: '<folder>', describe: 'write the page there instead of serving it' },
  },
  run,
}

async function run(given: Given, screen: Screen): Promise<number> {
  const folder = given.text('export')
  if (folder !== undefined) {
    if (given.words.length > 0)
      throw new FoveaError('FOVEA_USAGE', '--export writes the page alone; drop models and images on it there.')
    await exportSite(folder)
    screen.print(folder)
    screen.note(`Serve it with the headers in ${folder}/_headers where you can: they give the page threads.`)
    return 0
  }
  const models = given.words.filter((word) => /\.onnx$/i.test(word))
  if (models.length > 1) throw new FoveaError('FOVEA_USAGE', `One model at a time, not ${models.length}; drop more.`)
  const { names, faults } = await expand(given.words.filter((word) => !/\.onnx$/i.test(word)))
  const [fault] = faults.values()
  if (fault) throw fault
  const site = await siteOf(models[0], names, given.text('preset'))
  const running = await listen(site, given.text('port'))
  screen.print(running.url)
  screen.note('Ctrl-C ends the studio.')
  if (!process.argv.includes('--no-open')) openBrowser(running.url)
  await ended(screen.signal)
  await running.close()
  return 0
}

/** The usual port or any free one; a port that was asked for is that one or an error. */
async function listen(site: Parameters<typeof serve>[0], asked: string | undefined): ReturnType<typeof serve> {
  if (asked === undefined) return serve(site, usualPort).catch(() => serve(site, 0))
  const port = Number(asked)
  if (Number.isInteger(port) && port >= 0 && port < 65536) return serve(site, port)
  throw new FoveaError('FOVEA_USAGE', `--port is a number from 0 (any free one) to 65535, not '${asked}'.`)
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}
