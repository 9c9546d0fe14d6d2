/** From the panels to files: what is shown and up to date is what can be taken away. */

import type { Explained, ExplainRequest } from '../engine/messages.ts'
import type { Exhibit, ExhibitPanel, FileKind, FileRequest } from '../takeaway/messages.ts'
import { captionOf, statusWords } from '../view/words.ts'
import { predictions } from './answers.ts'
import { save } from './files.ts'
import { write } from './hash.ts'
import { images, picture } from './images.ts'
import { model } from './models.ts'
import { theme } from './page.ts'
import { sharedMax } from './paint.ts'
import { methodOf, type Panel, panels, selectedPanel, wantedBy } from './panels.ts'
import { reading } from './reading.ts'
import { isStale, resultOf } from './run.ts'
import { engine, pictures } from './workers.ts'

interface Shown {
  readonly panel: Panel
  readonly explained: Explained
}

/** The panels whose picture is the one that was asked for. */
export function takeable(): readonly Shown[] {
  return panels.value.flatMap((panel) => {
    const result = resultOf(panel.id).value
    return result.explained && !isStale(result, wantedBy(panel)) ? [{ panel, explained: result.explained }] : []
  })
}

export function link(): string {
  return `${location.href.split('#')[0]}#${write()}`
}

/** What a link cannot carry: photographs and models that only this tab has. */
export function missingInLink(): string | null {
  const dropped = picture.value && picture.value.source === null ? [picture.value.name] : []
  return dropped.length > 0 ? `The link has all settings, but not ${dropped.join(' and ')}: drop it again there.` : null
}

function exhibit(): Exhibit {
  const photo = picture.value
  const best = predictions.value ?? []
  const [top] = best
  const share = top?.probability == null ? '' : ` ${(100 * top.probability).toFixed(1)} %`
  const first = takeable()[0]?.explained.certificate
  const dark = theme.value === 'dark' || (theme.value === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  return {
    title: [photo?.name, model.value?.name, top && `${top.label}${share}`].filter(Boolean).join(' — '),
    subtitle: first
      ? `explains ${first.objective}${first.label ? ` (${first.label})` : ''} = ${first.score.toFixed(2)} · preset ${first.preset.name} · model ${first.model.sha256.slice(0, 8)} · ${first.engine}`
      : '',
    image: photo?.id ?? '',
    name: photo?.name ?? '',
    best,
    theme: dark ? 'dark' : 'light',
    panels: takeable().map(panelOf),
    link: link(),
  }
}

function panelOf({ panel, explained }: Shown): ExhibitPanel {
  const method = methodOf(panel)
  const { certificate, raw, display } = explained
  return {
    title: method?.title ?? panel.method,
    caption: captionOf(panel, explained),
    status: statusWords(certificate),
    question: method?.question ?? '',
    warning: method?.warning ?? '',
    reference: method?.reference ?? '',
    certificate,
    paint: {
      image: picture.value?.id ?? '',
      raw,
      seen: certificate.seen,
      kind: display,
      reading: reading.value,
      max: sharedMax.value,
    },
  }
}

const files: Readonly<Record<FileKind, readonly [ending: string, type: string, single: boolean]>> = {
  png: ['.png', 'image/png', true],
  sheet: ['.sheet.png', 'image/png', false],
  svg: ['.sheet.svg', 'image/svg+xml', false],
  npy: ['.npy', 'application/octet-stream', true],
  npz: ['.npz', 'application/zip', false],
  report: ['.report.html', 'text/html', false],
}

const stem = (name: string) => name.replace(/\.[^.]+$/, '')

export async function take(kind: FileKind): Promise<void> {
  const [ending, type, single] = files[kind]
  const shown = takeable()
  const at = Math.max(
    0,
    shown.findIndex(({ panel }) => panel.id === selectedPanel.value?.id),
  )
  const request: FileRequest = { kind, panel: at, exhibit: exhibit() }
  const bytes = await pictures.call<Uint8Array>('file', request)
  const method = single ? `.${shown[at]?.panel.method}` : ''
  save(`${stem(picture.value?.name ?? 'fovea')}${method}${ending}`, bytes, type)
}

export function takeJson(): void {
  const record = {
    file: picture.value?.name,
    width: picture.value?.image.width,
    height: picture.value?.image.height,
    top: predictions.value,
    explanations: takeable().map(({ explained }) => explained.certificate),
  }
  save(`${stem(picture.value?.name ?? 'fovea')}.json`, `${JSON.stringify(record, null, 2)}\n`, 'application/json')
}

/** The selected panel's method as an .onnx file that answers scores and heatmap. */
export async function takeModel(): Promise<void> {
  const panel = selectedPanel.value
  const wanted = panel && wantedBy(panel)
  if (!panel || !wanted) return
  const request: ExplainRequest = { ...wanted, run: 0 }
  const bytes = await engine.call<Uint8Array>('compile', request)
  save(`${stem(model.value?.name ?? 'model')}.${panel.method}.onnx`, bytes, 'application/octet-stream')
}

export const nothingToTake = () => images.value.length === 0 || takeable().length === 0
