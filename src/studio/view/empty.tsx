/** Nothing to look at yet: what to do about it. */

import { pick } from '../state/files.ts'
import { examples, openExample } from '../state/images.ts'
import { dialog } from '../state/page.ts'
import { root } from '../state/workers.ts'
import { Button } from './controls.tsx'
import { Icon, Logo } from './icons.tsx'

export function Empty() {
  return (
    <div class="empty">
      <Logo />
      <h2>What does your model look at?</h2>
      <p class="grey">Drop a photograph or an ONNX model anywhere. Nothing leaves this tab.</p>
      <div class="empty-actions">
        <Button primary onPress={() => pick('image/*')}>
          <Icon name="image" /> Open photographs
        </Button>
        <Button onPress={() => (dialog.value = 'camera')}>
          <Icon name="camera" /> Take one
        </Button>
      </div>
      {examples.value.length > 0 && (
        <>
          <p class="grey">or look at one of these</p>
          <div class="examples">
            {examples.value.map((example) => (
              <button
                key={example.name}
                type="button"
                class="thumb"
                title={example.name}
                onClick={() => void openExample(example)}
              >
                <img src={new URL(example.url, root).href} alt={example.name} />
              </button>
            ))}
          </div>
        </>
      )}
    </div>
  )
}
