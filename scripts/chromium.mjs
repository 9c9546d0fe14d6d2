// Where Chromium is, for tests and benches; on a Debian machine without one, run as root, it is installed with apt.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  process.env.FOVEA_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The path of Chromium. Throws a sentence that says what to install. */
export function chromium() {
  const found = () => places.find((place) => place && existsSync(place))
  if (!found() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const apt = (...words) => execFileSync('apt-get', words, { stdio: ['ignore', 'ignore', 'inherit'] })
    try {
      apt('-qq', 'update')
      apt('-qq', '-y', '--no-install-recommends', 'install', 'chromium')
    } catch {
      // Said below.
    }
  }
  const path = found()
  if (path) return path
  throw new Error(
    "The studio's tests need Chromium: install it (Debian: apt-get install chromium), or name one in FOVEA_CHROMIUM.",
  )
}

/** Headless, without the background connections that a closed network refuses. */
export const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
