/** The presets that can be asked for by name. */

import type { PresetFile } from '../preset.ts'

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } satisfies PresetFile

export const presets: Readonly<Record<string, PresetFile & { readonly about: string }>> = {
  torchvision: {
    about: "torchvision's classifiers: short side 256, centre 224, bilinear, ImageNet mean and deviation",
    ...imagenet,
    cropFraction: 0.875,
    interpolation: 'bilinear',
  },
  inception: {
    about: "torchvision's Inception v3: short side 342, centre 299, bilinear",
    ...imagenet,
    size: [299, 299],
    resize: 342,
    interpolation: 'bilinear',
  },
  timm: {
    about: "timm's usual evaluation: crop fraction 0.875, bicubic, ImageNet mean and deviation",
    ...imagenet,
    cropFraction: 0.875,
    interpolation: 'bicubic',
  },
  'timm-half': {
    about:
      'timm models with mean and deviation 0.5 (values from -1 to 1): ViT, MLP-Mixer, EfficientNet from TensorFlow',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    cropFraction: 0.875,
    interpolation: 'bicubic',
  },
  unit: { about: 'values from 0 to 1, the image squashed to the input', fit: 'stretch' },
  raw: { about: 'values from 0 to 255, the image squashed to the input', fit: 'stretch', scale: 1 },
  keras: {
    about: "Keras' usual range: values from -1 to 1, the image squashed to the input",
    scale: 1 / 127.5,
    mean: [1, 1, 1],
    fit: 'stretch',
  },
  caffe: {
    about: "Caffe's and Keras' older models: BGR, 0 to 255, mean subtracted",
    channels: 'BGR',
    scale: 1,
    mean: [103.939, 116.779, 123.68],
    fit: 'crop',
    cropFraction: 0.875,
  },
}
