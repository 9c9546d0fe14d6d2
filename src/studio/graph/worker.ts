/** Lays graphs out away from the page. */

import { answer } from '../rpc.ts'
import { layOut } from './layout.ts'
import type { LayoutRequest } from './messages.ts'

answer({
  async layout({ nodes }: LayoutRequest) {
    return { value: layOut(nodes) }
  },
})
