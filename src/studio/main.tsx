/** The page. */

import { render } from 'preact'
import { boot } from './state/boot.ts'
import { startEngine } from './state/models.ts'
import { App } from './view/app.tsx'

// The engine takes longest: it starts before anything is drawn; and drawing is a task of its own.
void startEngine()
setTimeout(() => {
  render(<App />, document.getElementById('app') as HTMLElement)
  void boot()
})
