/** Grad-CAM compiled into the model: an ordinary .onnx whose outputs are the logits and the heatmap. */

import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportMethod, findMethod, openModel } from 'fovea'

const model = await openModel()
const { bytes, compiled } = await exportMethod(model, findMethod('grad-cam'), { input: 'uint8' })
const path = join(tmpdir(), 'explainer.onnx')
writeFileSync(path, bytes)

console.log(`${(bytes.length / 1e6).toFixed(1)} MB, layer ${compiled.layer?.layer.name}: ${compiled.layer?.reason}`)
