/** The selected panel: what it asks, its parameters, how it is looked at, and what it is worth. */

import type { OptionSchema } from '../../explain/index.ts'
import type { MethodInfo } from '../engine/messages.ts'
import { images } from '../state/images.ts'
import { model, models } from '../state/models.ts'
import { sheetOpen } from '../state/page.ts'
import { changePanel, methodOf, modelOf, type Panel, selectedPanel } from '../state/panels.ts'
import { resultOf } from '../state/run.ts'
import { CertificateFacts } from './certificate.tsx'
import { IconButton, Row, Select, TextField } from './controls.tsx'
import { Later } from './later.tsx'
import { Parameters } from './parameters.tsx'
import { ReadingControls } from './reading.tsx'

export function Inspector() {
  const panel = selectedPanel.value
  const method = panel && methodOf(panel)
  return (
    <>
      {panel && method && (
        <section class="section">
          <div class="section-head">
            <h2>{method.title}</h2>
            <IconButton icon="close" class="sheet-button" label="Close" onPress={() => (sheetOpen.value = false)} />
          </div>
          <p>{method.question}</p>
          <p class="grey mono formula">{method.formula}</p>
          <p class="grey small">{method.warning}</p>
          <p class="grey small">{method.reference}</p>
        </section>
      )}
      {panel && method && (
        <Later>
          <section class="section">
            <h3>Parameters</h3>
            <Place panel={panel} />
            <Parameters
              key={panel.id}
              schema={schemaLike(method, panel.like)}
              values={panel.options}
              onChange={(options) => changePanel(panel.id, { options })}
            />
          </section>
        </Later>
      )}
      <Later>
        <ReadingControls />
      </Later>
      {panel && <Worth panel={panel} />}
    </>
  )
}

/** Where and what this panel looks at, where that is not what the page does. */
function Place({ panel }: { panel: Panel }) {
  const method = methodOf(panel)
  const own = modelOf(panel)
  if (!method || !own) return null
  const layers = own.inspection.layers
  const usual = own.inspection.defaultLayer?.name
  const change = (part: Partial<Panel>) => changePanel(panel.id, part)
  const explains = panel.target ?? (panel.class === undefined ? '' : String(panel.class))
  return (
    <>
      {models.value.length > 1 && (
        <Row name="model">
          {(id) => (
            <Select
              id={id}
              value={panel.model ?? ''}
              choices={[
                ['', `as the page: ${model.value?.name}`],
                ...models.value.map((one) => [one.key, one.name] as const),
              ]}
              onChange={(key) => change({ model: key || undefined, layer: undefined })}
            />
          )}
        </Row>
      )}
      {method.at !== 'image' && (
        <Row name="layer">
          {(id) => (
            <Select
              id={id}
              value={panel.layer ?? ''}
              choices={[
                ['', method.at === 'either' ? 'at the image (usual)' : `${usual ?? 'the last'} (usual)`],
                ...layers.map(
                  (layer) => [layer.name, `${layer.name} · ${layer.height}×${layer.width}×${layer.channels}`] as const,
                ),
              ]}
              onChange={(layer) => change({ layer: layer || undefined })}
            />
          )}
        </Row>
      )}
      {Object.entries(method.pictures).map(([name, says]) => (
        <Row key={name} name={name} says={says}>
          {(id) => (
            <Select
              id={id}
              value={panel.pictures?.[name] ?? ''}
              choices={[['', 'none'], ...images.value.map((one) => [one.id, one.name] as const)]}
              onChange={(chosen) => change({ pictures: withPicture(panel, name, chosen) })}
            />
          )}
        </Row>
      ))}
      {Object.keys(method.like).length > 0 && (
        <Row name="like">
          {(id) => (
            <Select
              id={id}
              value={panel.like ?? ''}
              choices={[['', 'as published'], ...Object.keys(method.like)]}
              onChange={(peer) => change({ like: peer || undefined })}
            />
          )}
        </Row>
      )}
      <Row name="explains">
        {(id) => (
          <TextField
            id={id}
            class="mono"
            placeholder="as the page"
            value={explains}
            onChange={(text) => {
              const wanted = text.trim()
              const number = /^\d+$/.test(wanted) ? Number(wanted) : undefined
              change({ class: number, target: wanted === '' || number !== undefined ? undefined : wanted })
            }}
          />
        )}
      </Row>
    </>
  )
}

function withPicture(panel: Panel, name: string, id: string): Panel['pictures'] {
  const { [name]: _, ...rest } = panel.pictures ?? {}
  const next = id === '' ? rest : { ...rest, [name]: id }
  return Object.keys(next).length > 0 ? next : undefined
}

/** What a peer does is the default while its numbers are asked for. */
function schemaLike({ options, like }: MethodInfo, peer: string | undefined): OptionSchema {
  const own = like[peer ?? ''] ?? {}
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, { ...option, default: own[name] ?? option.default }]),
  )
}

function Worth({ panel }: { panel: Panel }) {
  const { explained } = resultOf(panel.id).value
  if (!explained) return null
  return (
    <section class="section">
      <h3>Certificate</h3>
      <CertificateFacts explained={explained} />
    </section>
  )
}
