/** What a model is fed: the picture in the form of its input, and its other inputs. */

import { FoveaError } from '../error/index.ts'
import { printType, type ValueInfo } from '../onnx/index.ts'
import { type Arrays, type Dtype, floatToHalf, numbers, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import type { VisionModel } from './vision-model.ts'

/** An input beside the picture: a tensor, or numbers in the shape that the model declares. */
export type GivenInput = Tensor | number | readonly number[]

type Fed = Pick<VisionModel, 'image' | 'batch' | 'inputs'>

/**
 * All inputs of one run.
 * @param picture as `prepare` gives it, [1, …]; several pictures [N, …] where the model takes them
 */
export function feedsOf({ image, batch, inputs }: Fed, picture: Tensor<'float32'>): Record<string, Tensor> {
  return { ...inputs, [image.name]: imageTensor(image, batch, picture) }
}

/** The picture as the model's input: its element type, repeated for a fixed batch, or without the batch axis. */
export function imageTensor({ dtype }: ValueInfo, batch: number | null, picture: Tensor<'float32'>): Tensor {
  const [images = 1, ...axes] = picture.dims
  if (batch === 0) return tensor(dtype, axes, converted(picture.data, dtype))
  const times = batch !== null && batch > images && images === 1 ? batch : 1
  const data = times === 1 ? picture.data : new Float32Array(times * picture.data.length)
  for (let i = 0; times > 1 && i < times; i++) data.set(picture.data, i * picture.data.length)
  return tensor(dtype, [images * times, ...axes], converted(data, dtype))
}

/** Numbers in another element type; integers are rounded. */
function converted(values: ArrayLike<number>, dtype: Dtype): Arrays[Dtype] {
  const from = values as ArrayLike<number> & Iterable<number>
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(from)
    case 'float64':
      return Float64Array.from(from)
    case 'float16':
      return Uint16Array.from(from, floatToHalf)
    case 'int64':
      return BigInt64Array.from(from, (value) => BigInt(Math.round(value)))
    case 'int32':
      return Int32Array.from(from, Math.round)
    case 'uint32':
      return Uint32Array.from(from, Math.round)
    case 'int16':
      return Int16Array.from(from, Math.round)
    case 'uint16':
      return Uint16Array.from(from, Math.round)
    case 'int8':
      return Int8Array.from(from, Math.round)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(from, Math.round)
    default:
      throw new FoveaError('FOVEA_USAGE', `Fovea cannot make a ${dtype} input from numbers.`)
  }
}

/**
 * Given numbers as the tensor that an input declares; open axes are as long as the numbers make them, or 1.
 * @throws FoveaError FOVEA_SHAPE
 */
export function inputTensor(info: ValueInfo, given: GivenInput): Tensor {
  const isTensor = typeof given === 'object' && 'dims' in given
  const values = isTensor ? numbers(given) : typeof given === 'number' ? [given] : given
  const declared = info.shape ?? (isTensor ? given.dims : values.length === 1 ? [] : [values.length])
  const dims = isTensor && given.dims.length === declared.length ? given.dims : filled(declared, values.length)
  const fits = declared.every((dim, i) => typeof dim !== 'number' || dim === dims[i]) && sizeOf(dims) === values.length
  if (fits) return tensor(info.dtype, dims, converted(Float64Array.from(values), info.dtype))
  const got = isTensor ? `${given.dtype}[${given.dims.join(', ')}]` : `${values.length} numbers`
  throw new FoveaError(
    'FOVEA_SHAPE',
    `The model's input '${info.name}' is ${printType(info.dtype, info.shape)}, but ${got} was given.`,
    { tensor: info.name, expected: printType(info.dtype, info.shape), got },
  )
}

/** Open axes become 1, except the last open one, which takes what the others leave. */
function filled(declared: NonNullable<ValueInfo['shape']>, size: number): number[] {
  const known = declared.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1)
  const last = declared.findLastIndex((dim) => typeof dim !== 'number')
  return declared.map((dim, i) =>
    typeof dim === 'number' ? dim : i === last ? Math.max(1, Math.floor(size / known)) : 1,
  )
}
