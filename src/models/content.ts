/** What a model is made of, as a text: equal texts, equal compiled programs. It belongs to the object, not to changed copies of it. */

import type { VisionModel } from './vision-model.ts'

const contents = new WeakMap<VisionModel, () => string | undefined>()

/** @param whole whether the file's hash is the hash of all that was read: no weights beside it, no inputs given */
export function rememberContent(vision: VisionModel, whole: () => boolean): void {
  const { hash, format, image, pixels, batch, answer, labels } = vision
  contents.set(vision, () =>
    whole() ? JSON.stringify([hash, format, image, pixels, batch, answer, labels ?? null]) : undefined,
  )
}

/** undefined where the file's hash does not say everything, and for models that were changed after they were opened. */
export const contentOf = (vision: VisionModel): string | undefined => contents.get(vision)?.()
