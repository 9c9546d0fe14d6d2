/** Builds the package once before the tests, because the command line and the examples are tested as they are installed. */

import { execFileSync } from 'node:child_process'

export default function build() {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' })
}
