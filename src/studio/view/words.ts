/** Results in words, the same on the page, on sheets and in reports. */

import type { Certificate, Explained } from '../engine/messages.ts'
import type { PaintedScale } from '../pictures/messages.ts'
import { modelKey } from '../state/models.ts'
import { methodOf, modelOf, type Panel } from '../state/panels.ts'

const words: Readonly<Record<string, string>> = {
  'no-positive-evidence': 'No positive evidence',
  constant: 'The same value everywhere',
  'not-finite': 'Not finite: NaN or infinity',
  unsupported: 'Not defined here',
}

/** What a map says in spite of its colours; null when there is nothing to mind. */
export function statusWords({ status, label, objective }: Certificate): string | null {
  return status === 'ok' ? null : `${words[status] ?? status} for ‘${label ?? objective}’.`
}

/** Where it looked, at what resolution, and what is not as usual. */
export function captionOf(panel: Panel, { certificate, raw }: Explained, scale: PaintedScale | null = null): string[] {
  const [height, width] = certificate.layer?.size ?? [raw.height, raw.width]
  const clip = scale && scale.clip < 1 ? ` · ${100 * scale.clip} % clip` : ''
  const defaults = methodOf(panel)?.options ?? {}
  const changed = Object.entries(certificate.options).filter(([name, value]) => defaults[name]?.default !== value)
  const other = panel.model && panel.model !== modelKey.value ? [modelOf(panel)?.name ?? ''] : []
  const place = certificate.layer ? `layer ${certificate.layer.name}` : 'at the image'
  return [
    `${place} · ${height} × ${width}${clip}`,
    [certificate.objective, ...other, ...changed.map((entry) => entry.join(' '))].join(' · '),
  ]
}

export const duration = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

export const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`
