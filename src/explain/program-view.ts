/** What the nodes of a recipe are written with: the values that it wants, and the gradients there, as maps. */

import { gradientName } from '../autodiff/index.ts'
import { FoveaError } from '../error/index.ts'
import type { Layer } from '../models/index.ts'
import type { Builder, Ops, Value } from '../onnx/index.ts'
import type { ForwardFacts, Rules, Want } from './recipe.ts'

/** With its rules, also where they are the usual ones. */
export interface SettledWant extends Want {
  readonly rules: Rules | null
}

/** A want as values: float32; the image and layers as maps [N, C, h, w] (the image in the model's layout), others as they are. */
export interface Part {
  readonly at: string
  readonly value: Value
  /** @throws FoveaError FOVEA_INTERNAL for a want without rules */
  readonly gradient: Value
  /** The axis of the channels. */
  readonly channels: number
  readonly layer: Layer | undefined
  readonly rules: Rules | null
}

/** What the nodes of a recipe are written with. */
export interface ProgramView {
  readonly op: Ops
  readonly builder: Builder
  readonly facts: ForwardFacts
  /** The value of the target, [N], float32. */
  readonly score: Value
  /** In the order of the wants. */
  readonly parts: readonly Part[]
  /** Those of the first part. */
  readonly value: Value
  readonly gradient: Value
  readonly channels: number
}

/** The name under which a want's gradient was written. */
export type Label = string | undefined

export function viewOf(
  builder: Builder,
  facts: ForwardFacts,
  wants: readonly SettledWant[],
  labels: readonly Label[],
): ProgramView {
  const { op } = builder
  const { vision, layer, score } = facts
  const { pixels } = vision
  const parts = wants.map(({ at, rules }, i): Part => {
    const found = at === pixels.name ? undefined : [layer, ...vision.layers].find((known) => known?.name === at)
    const shaped = (name: string): Value => {
      const raw = builder.value(name)
      const real = raw.dtype === 'float32' ? raw : op.Cast(raw, { to: 1 })
      if (found) return found.toMap(builder, real)
      return at !== pixels.name || pixels.batched ? real : op.Unsqueeze(real, [0])
    }
    const slope = once(() => {
      const label = labels[i]
      if (label === undefined) throw new FoveaError('FOVEA_INTERNAL', `No gradient was asked for at '${at}'.`)
      return shaped(gradientName(at, label))
    })
    const value = once(() => shaped(at))
    return {
      at,
      rules,
      layer: found,
      channels: found || at !== pixels.name || pixels.layout === 'NCHW' ? 1 : 3,
      get value() {
        return value()
      },
      get gradient() {
        return slope()
      },
    }
  })
  const first = () => parts[0] ?? nothing()
  return {
    op,
    builder,
    facts,
    score: { name: score.name, dtype: score.dtype },
    parts,
    get value() {
      return first().value
    },
    get gradient() {
      return first().gradient
    },
    get channels() {
      return first().channels
    },
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function nothing(): never {
  throw new FoveaError('FOVEA_INTERNAL', 'The recipe looks at no value.')
}
