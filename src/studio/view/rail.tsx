/** The photographs, and how to get more. */

import { pick } from '../state/files.ts'
import { imageId, images, removeImage } from '../state/images.ts'
import { dialog } from '../state/page.ts'
import { IconButton } from './controls.tsx'
import { Icon } from './icons.tsx'

export function Rail() {
  return (
    <section class="rail" aria-label="Photographs">
      <ul>
        {images.value.map(({ id, name, url }) => (
          <li key={id}>
            <button
              type="button"
              class="thumb"
              aria-pressed={id === imageId.value}
              title={name}
              onClick={() => (imageId.value = id)}
            >
              <img src={url} alt={name} loading="lazy" decoding="async" />
            </button>
            <IconButton icon="close" class="remove" label={`Remove ${name}`} onPress={() => removeImage(id)} />
          </li>
        ))}
      </ul>
      <button type="button" class="add-photo" onClick={() => pick('image/*')} aria-label="Add a photo">
        <Icon name="plus" />
        <span>photo</span>
      </button>
      <button
        type="button"
        class="add-photo"
        onClick={() => (dialog.value = 'camera')}
        aria-label="Take a photograph with the camera"
      >
        <Icon name="camera" />
        <span>camera</span>
      </button>
    </section>
  )
}
