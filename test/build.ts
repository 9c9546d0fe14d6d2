/**
 * Builds the package once before the tests, because the command line, the examples and the studio are tested as they are
 * installed; and sees that there is a browser for the studio.
 */

import { execFileSync } from 'node:child_process'
import { chromium } from '../scripts/chromium.mjs'

export default function build() {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' })
  try {
    chromium()
  } catch (error) {
    // The studio's tests fail with the same sentence; the others need no browser.
    console.warn((error as Error).message)
  }
}
