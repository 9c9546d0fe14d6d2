/** The page: head, the view that was chosen, the status line, dialogs, and what was said. */

import { useEffect, useState } from 'preact/hooks'
import { filesOf, takeIn } from '../state/files.ts'
import { dialog, notice, view } from '../state/page.ts'
import { flipped } from '../state/reading.ts'
import { Camera } from './camera.tsx'
import { IconButton } from './controls.tsx'
import { Explain } from './explain.tsx'
import { Features } from './features.tsx'
import { Gallery } from './gallery.tsx'
import { Head } from './head.tsx'
import { Help } from './help.tsx'
import { pressed } from './keys.ts'
import { Layers } from './layers.tsx'
import { MethodPicker } from './method-picker.tsx'
import { ModelDialog } from './model-dialog.tsx'
import { Status } from './status.tsx'
import { TakeAway } from './take-away.tsx'

const shown = { explain: Explain, layers: Layers, gallery: Gallery, features: Features }
const dialogs = { help: Help, take: TakeAway, methods: MethodPicker, model: ModelDialog, camera: Camera }

export function App() {
  const View = shown[view.value]
  const Dialog = dialog.value && dialogs[dialog.value]
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length > 0) void takeIn(files)
    }
    const released = (event: KeyboardEvent) => {
      if (event.key === ' ') flipped.value = false
    }
    addEventListener('keydown', pressed)
    addEventListener('keyup', released)
    addEventListener('paste', paste)
    return () => {
      removeEventListener('keydown', pressed)
      removeEventListener('keyup', released)
      removeEventListener('paste', paste)
    }
  }, [])
  return (
    <div class="page">
      <Head />
      <View />
      <Status />
      {Dialog && <Dialog />}
      <Notice />
      <DropVeil />
    </div>
  )
}

function Notice() {
  const said = notice.value
  return (
    <div role="status" aria-live="polite">
      {said && (
        <div class={`notice ${said.kind}`}>
          <span>{said.text}</span>
          <IconButton icon="close" label="Dismiss" onPress={() => (notice.value = null)} />
        </div>
      )}
    </div>
  )
}

/** Everything can be dropped everywhere. */
function DropVeil() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (hasFiles(event)) setOver(++depth > 0)
    }
    const leave = (event: DragEvent) => {
      if (hasFiles(event)) setOver(--depth > 0)
    }
    const hover = (event: DragEvent) => hasFiles(event) && event.preventDefault()
    const drop = async (event: DragEvent) => {
      if (!event.dataTransfer || !hasFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      await takeIn(await filesOf(event.dataTransfer))
    }
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop }
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener as EventListener)
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener as EventListener)
    }
  }, [])
  return over ? <div class="drop-veil">Drop photographs, folders, or a model (.onnx)</div> : null
}
