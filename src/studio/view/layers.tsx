/** The model as a graph, and what the channels of a layer answer to the photograph. */

import { computed, signal } from '@preact/signals'
import type { GraphNode } from '../engine/messages.ts'
import { picture } from '../state/images.ts'
import { model } from '../state/models.ts'
import { Channels } from './channels.tsx'
import { Row, Select } from './controls.tsx'
import { Empty } from './empty.tsx'
import { GraphView } from './graph.tsx'

/** The value whose node is chosen; null: the layer that methods usually look at. */
export const chosenValue = signal<string | null>(null)

export const chosenNode = computed((): GraphNode | null => {
  const shown = model.value
  if (!shown) return null
  const wanted = chosenValue.value ?? shown.inspection.defaultLayer?.name
  return shown.nodes.find(({ value }) => value === wanted) ?? shown.nodes.at(-1) ?? null
})

export function Layers() {
  const shown = model.value
  if (!shown || !picture.value)
    return (
      <main class="single">
        <Empty />
      </main>
    )
  return (
    <main class="layers">
      <GraphView key={shown.key} nodes={shown.nodes} />
      <section class="layer-side" aria-label="The chosen layer">
        <NodeFacts />
      </section>
    </main>
  )
}

const rules = {
  rule: 'has a backward rule',
  'none by nature': 'passes no gradient, by nature',
  missing: 'has no backward rule yet',
} as const

function NodeFacts() {
  const node = chosenNode.value
  const shown = model.value
  if (!node || !shown) return null
  const { layers } = shown.inspection
  const layer = layers.find(({ name }) => name === node.value)
  return (
    <>
      <div class="layer-head">
        <h2 class="cut" title={node.value}>
          {node.name || node.value}
        </h2>
        <Row name="layer">
          {(id) => (
            <Select
              id={id}
              value={layer ? node.value : ''}
              choices={[
                ...(layer ? [] : [['', 'not a layer with positions'] as const]),
                ...layers.map((one) => [one.name, `${one.name} · ${one.height}×${one.width}×${one.channels}`] as const),
              ]}
              onChange={(name) => name && (chosenValue.value = name)}
            />
          )}
        </Row>
        <dl class="facts small">
          <dt>operator</dt>
          <dd>
            {node.op}, {rules[node.rule]}
          </dd>
          <dt>value</dt>
          <dd>
            <span class="mono">{node.value}</span> [{node.shape.join(' × ')}]
          </dd>
          {layer && (
            <>
              <dt>sees</dt>
              <dd>
                {layer.receptiveField ? `${layer.receptiveField.join(' × ')} pixels a position` : 'no fixed window'}
                {layer.stride ? `, one every ${layer.stride.join(' × ')}` : ''}
              </dd>
            </>
          )}
        </dl>
      </div>
      {layer ? (
        <Channels key={node.value} layer={layer} />
      ) : (
        <p class="grey nothing">
          This value has no rows and columns of the picture, so it has no channels to look at. Choose a layer.
        </p>
      )}
    </>
  )
}
