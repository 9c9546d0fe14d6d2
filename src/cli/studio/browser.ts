/** Opening an address in the user's browser; where that fails, the printed address remains. */

import { spawn } from 'node:child_process'

export function openBrowser(url: string): void {
  const [command, ...words] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  spawn(command as string, words, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
