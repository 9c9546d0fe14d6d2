/** What a heatmap is worth, in words, and its raw numbers. */

import { useState } from 'preact/hooks'
import type { Explained } from '../engine/messages.ts'
import { figure } from '../state/hover.ts'
import { duration, statusWords } from './words.ts'

export function CertificateFacts({ explained }: { explained: Explained }) {
  const { certificate, raw, ms } = explained
  const { layer, model, preset, seen, input } = certificate
  const doubt = statusWords(certificate)
  const rest = certificate as unknown as Record<string, unknown>
  const more = Object.entries(rest).filter(([name, value]) => !told.has(name) && isPlain(value))
  return (
    <>
      <p class={`verdict ${doubt ? 'doubt' : ''}`}>{doubt ?? 'The map is finite and not constant.'}</p>
      <dl class="facts small">
        <Fact
          name="explains"
          value={`${certificate.objective}${certificate.label ? ` (${certificate.label})` : ''} = ${figure(certificate.score)}`}
        />
        <Fact
          name="values"
          value={`${figure(certificate.minimum)} to ${figure(certificate.maximum)}, ${raw.height} × ${raw.width}`}
        />
        {layer && <Fact name="layer" value={`${layer.name}: ${layer.reason}`} />}
        <Fact name="rules" value={certificate.rules} />
        <Fact
          name="saw"
          value={`x ${Math.round(seen.x)}, y ${Math.round(seen.y)}, ${Math.round(seen.width)} × ${Math.round(seen.height)} px, as ${input[1]} × ${input[0]}`}
        />
        <Fact name="preset" value={`${preset.name} (${preset.source})`} />
        <Fact name="model" value={`${model.name}, sha256 ${model.sha256.slice(0, 12)}…`} />
        <Fact name="engine" value={`${certificate.engine}, ${duration(ms)}`} />
        {more.map(([name, value]) => (
          <Fact key={name} name={name} value={inWords(value)} />
        ))}
      </dl>
      {[...certificate.notes, ...explained.notes].map((note) => (
        <p key={note} class="note small">
          {note}
        </p>
      ))}
      <Numbers explained={explained} />
    </>
  )
}

/** What is said in sentences above; everything else that a certificate comes to hold is listed as it is. */
const told = new Set(
  'status method options objective score class label layer rules model preset input seen minimum maximum engine version notes'.split(
    ' ',
  ),
)

const isPlain = (value: unknown) =>
  value !== null && value !== undefined && !/^(\{\}|\[\]|.{400,})$/.test(JSON.stringify(value))

function inWords(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : figure(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, part]) => `${Array.isArray(value) ? '' : `${name} `}${inWords(part)}`)
    .join(', ')
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

/** Maps up to this many cells a side are shown as a table. */
const most = 32

function Numbers({ explained }: { explained: Explained }) {
  const [open, setOpen] = useState(false)
  const { raw } = explained
  if (raw.width > most || raw.height > most)
    return (
      <p class="grey small">
        Raw numbers: take the map away as NPY ({raw.height} × {raw.width}).
      </p>
    )
  return (
    <>
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide the raw numbers' : 'Raw numbers'}
      </button>
      {open && (
        <section class="numbers" tabIndex={0} aria-label="Raw numbers">
          <table>
            <tbody>
              {Array.from({ length: raw.height }, (_, y) => (
                <tr key={y}>
                  {Array.from(raw.data.subarray(y * raw.width, (y + 1) * raw.width), (value, x) => (
                    <td key={x}>{figure(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  )
}
