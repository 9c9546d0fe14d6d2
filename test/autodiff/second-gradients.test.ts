/** Gradients of gradients through windows and samples: what rules write must have rules itself, for any batch. */

import { convolutionRows } from './cases-convolution.ts'
import { poolingRows } from './cases-pooling.ts'
import { samplingRows } from './cases-sampling.ts'
import { checkRows, type Row } from './harness.ts'

const chosen = (rows: readonly Row[], pattern: RegExp) =>
  rows
    .filter(({ operator, name }) => pattern.test(`${operator} ${name}`))
    .map((row) => ({
      ...row,
      second: true,
      half: false,
      wrt: row.wrt?.slice(0, 3).filter((i) => i < 2 || row.operator === 'DeformConv') ?? [0],
    }))

checkRows([
  ...chosen(convolutionRows, /Conv (2-D, no|groups, stride 2|pads longer|depthwise$|stride 2 and 3)/),
  ...chosen(convolutionRows, /ConvTranspose (output_padding|groups|dilation)/),
  ...chosen(poolingRows, /LpPool (overlapping|stride 1|side by side)$|GlobalLpPool 2-D/),
  ...chosen(samplingRows, /GridSample (linear|cubic), (zeros|border), align_corners 0|DeformConv/),
])
