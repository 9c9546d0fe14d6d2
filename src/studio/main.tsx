/** The page. */

import { render } from 'preact'
import { boot } from './state/boot.ts'
import { App } from './view/app.tsx'

render(<App />, document.getElementById('app') as HTMLElement)
void boot()
