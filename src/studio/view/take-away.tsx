/** What can be taken away: pictures, numbers, the compiled model, a link, a report. */

import { useState } from 'preact/hooks'
import { closeDialog, complain, say } from '../state/page.ts'
import { methodOf, selectedPanel } from '../state/panels.ts'
import { link, missingInLink, nothingToTake, take, takeable, takeJson, takeModel } from '../state/take.ts'
import { Modal } from './controls.tsx'

interface Offer {
  readonly name: string
  readonly says: string
  readonly act: () => void | Promise<void>
  readonly off?: boolean
}

export function TakeAway() {
  const [busy, setBusy] = useState<string | null>(null)
  const panel = selectedPanel.value
  const method = panel && methodOf(panel)
  const title = method?.title ?? 'the selected panel'
  const empty = nothingToTake()
  const all = `${takeable().length} ${takeable().length === 1 ? 'panel' : 'panels'}`
  const groups: readonly (readonly [string, readonly Offer[]])[] = [
    [
      'Pictures',
      [
        { name: 'PNG', says: `${title}, as it is read now`, act: () => take('png'), off: empty },
        { name: 'Sheet PNG', says: `the photograph and ${all}`, act: () => take('sheet'), off: empty },
        { name: 'Sheet SVG', says: 'the same; its words stay words', act: () => take('svg'), off: empty },
      ],
    ],
    [
      'Numbers',
      [
        { name: 'NPY', says: `${title}, float32 in the photograph's pixels`, act: () => take('npy'), off: empty },
        { name: 'NPZ', says: `${all}, raw and in the photograph's pixels`, act: () => take('npz'), off: empty },
        { name: 'JSON', says: 'answers and certificates', act: takeJson, off: empty },
      ],
    ],
    [
      'To pass on',
      [
        { name: 'Report', says: 'one HTML file that opens from disk', act: () => take('report'), off: empty },
        { name: 'Link', says: 'copies the address with all settings', act: copyLink },
        {
          name: 'ONNX',
          says: method?.compiles
            ? `the model with ${title} compiled in`
            : `${title} is a loop around the model and cannot be compiled`,
          act: takeModel,
          off: !method?.compiles,
        },
      ],
    ],
  ]
  const start = async ({ name, act }: Offer) => {
    setBusy(name)
    try {
      await act()
    } catch (error) {
      complain(error)
    }
    setBusy(null)
  }
  return (
    <Modal name="take" title="Take away">
      {empty && <p class="grey">There is no finished heatmap yet.</p>}
      {groups.map(([group, offers]) => (
        <section key={group}>
          <h3 class="family">{group}</h3>
          <ul class="offers">
            {offers.map((offer) => (
              <li key={offer.name}>
                <button type="button" disabled={offer.off || busy !== null} onClick={() => void start(offer)}>
                  <strong>{offer.name}</strong>
                  <span class="grey">{busy === offer.name ? 'one moment …' : offer.says}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Modal>
  )
}

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(link())
  closeDialog('take')
  say(missingInLink() ?? 'The link is copied.')
}
