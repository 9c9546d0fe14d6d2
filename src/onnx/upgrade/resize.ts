/** Upsample and the early Resize: neither says which coordinates it means; this is what ONNX Runtime does for them. */

import { numbers } from '../../tensor/index.ts'
import { attributesOf } from '../attributes.ts'
import { type Adapter, type Adapters, changed, input, type Lift, required } from './adapter.ts'

/** Upsample 7: the scales are an attribute. */
const scalesInput: Adapter = (node, lift) => {
  const scales = required(node, 'scales', (a) => a.floats('scales'))
  return changed(node, { inputs: [input(node, 0), lift.floats('scales', scales)] }, { drop: ['scales'] })
}

/**
 * Resize 10: x_original = x / scale in every mode; 'nearest' takes the pixel before on axes that grow and the pixel after on axes
 * that shrink. One `nearest_mode` holds for all axes, so a Resize that may do both becomes one that shrinks, then one that grows.
 */
const coordinates: Adapter = (node, lift) => {
  const [x, scales] = [input(node, 0), input(node, 1)]
  const coordinate_transformation_mode = 'asymmetric'
  if (attributesOf(node).string('mode', 'nearest') !== 'nearest')
    return changed(node, { inputs: [x, '', scales] }, { add: { coordinate_transformation_mode } })
  const known = lift.around.constant(scales)
  const values = known ? [...numbers(known.read())] : [0.5, 2]
  const nearest = (nearest_mode: string) => ({ mode: 'nearest', coordinate_transformation_mode, nearest_mode })
  if (values.every((scale) => scale >= 1)) return changed(node, { inputs: [x, '', scales] }, { add: nearest('floor') })
  if (values.every((scale) => scale <= 1)) return changed(node, { inputs: [x, '', scales] }, { add: nearest('ceil') })
  const one = lift.floatScalar('one', 1)
  const smaller = lift.write('Resize', [x, '', lift.write('Min', [scales, one])], nearest('ceil'))
  return changed(node, { inputs: [smaller, '', lift.write('Max', [scales, one])] }, { add: nearest('floor') })
}

/**
 * Resize 11: roi and scales must be there, empty where they do not count. Since 13 they are left out, and the mode
 * 'tf_half_pixel_for_nn' is gone: floor((x + 0.5) / scale) is the half pixel with halves rounded up.
 */
const optionalInputs: Adapter = (node, lift) => {
  const attributes = attributesOf(node)
  const coordinates = attributes.string('coordinate_transformation_mode', 'half_pixel')
  const given = (index: number) => {
    const name = node.inputs[index] ?? ''
    return name === '' || isEmpty(name, lift) ? '' : name
  }
  const sizes = given(3)
  const inputs = [input(node, 0), coordinates === 'tf_crop_and_resize' ? given(1) : '', sizes ? '' : given(2), sizes]
  if (sizes === '') inputs.pop()
  const floor = attributes.string('nearest_mode', 'round_prefer_floor') === 'floor'
  if (coordinates !== 'tf_half_pixel_for_nn' || !floor) return changed(node, { inputs })
  const add = { coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' }
  return changed(node, { inputs }, { add })
}

const isEmpty = (name: string, lift: Lift) => lift.around.constant(name)?.dims.includes(0) ?? false

export const resize: Adapters = {
  Upsample: { 9: scalesInput, 10: (node) => changed(node, { op: 'Resize' }) },
  Resize: { 11: coordinates, 13: optionalInputs },
  RoiAlign: {
    16: (node) => changed(node, {}, { add: { coordinate_transformation_mode: 'output_half_pixel' } }),
  },
}
