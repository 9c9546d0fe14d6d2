/** What can be taken away of the panels, as data for the worker that makes the files. */

import type { Certificate, Prediction } from '../engine/messages.ts'
import type { PaintRequest } from '../pictures/messages.ts'

export interface Exhibit {
  /** 'chelsea.png — efficientnet-lite0 — tiger cat 39.4 %' */
  readonly title: string
  readonly subtitle: string
  readonly image: string
  readonly name: string
  readonly best: readonly Prediction[]
  readonly theme: 'light' | 'dark'
  readonly panels: readonly ExhibitPanel[]
  /** Leads back to the page with this state. */
  readonly link: string
}

export interface ExhibitPanel {
  readonly title: string
  readonly caption: readonly string[]
  readonly status: string | null
  readonly question: string
  readonly warning: string
  readonly reference: string
  readonly paint: Omit<PaintRequest, 'width'>
  readonly certificate: Certificate
}

export type FileKind = 'png' | 'sheet' | 'svg' | 'npy' | 'npz' | 'report'

export interface FileRequest {
  readonly kind: FileKind
  /** For a single map: its number among the panels. */
  readonly panel: number
  readonly exhibit: Exhibit
}
