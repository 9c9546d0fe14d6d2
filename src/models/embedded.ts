/** The model that comes with Fovea: EfficientNet-Lite0 on ImageNet (NOTICE names its source and licence). */

const at = (path: string) =>
  decodeURIComponent(new URL(`../../models/efficientnet-lite0/${path}`, import.meta.url).pathname)

export const embedded = {
  name: 'efficientnet-lite0',
  path: at('model.onnx'),
  labels: at('labels.txt'),
} as const
