/** The model that comes with Fovea: EfficientNet-Lite0 on ImageNet (NOTICE names its source and licence). */

import { shippedFile } from '#platform'

export const embedded = {
  name: 'efficientnet-lite0',
  get path() {
    return shippedFile('models/efficientnet-lite0/model.onnx')
  },
  get labels() {
    return shippedFile('models/efficientnet-lite0/labels.txt')
  },
}
