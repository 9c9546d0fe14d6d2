export { blur, gaussian } from './blur.ts'
export { type Color, canvas, dashedFrame, drawImage, fill, fillPath, hex, rounded } from './canvas.ts'
export { type Colormap, colormap, colormaps, colorOf } from './colormap/index.ts'
export { arrow, circle, cross, disc, line, polyline, type Stroke } from './draw.ts'
export type { Filter } from './filter.ts'
export { apply, type Fit, inOriginal, type Placement, place, type Size, toOriginal } from './geometry.ts'
export { type Bar, contactSheet, type Panel, panelWidth, type Sheet } from './montage.ts'
export { denormalize, type Normalization, normalize } from './normalize.ts'
export {
  type HeatmapKind,
  isFine,
  isSigned,
  type OverlayOptions,
  overlay,
  type Scale,
  type ScaleOptions,
  scaleOf,
  usualClip,
} from './overlay.ts'
export { tick } from './panel.ts'
export { type PlaneFilter, plane, project, resizePlane } from './plane.ts'
export { encodePng, type Pixels, type PngOptions } from './png.ts'
export { type ResizeOptions, resize } from './resize.ts'
export {
  connected,
  type FelzenszwalbOptions,
  felzenszwalb,
  membersOf,
  neighbours,
  outlined,
  type Segments,
  type SlicOptions,
  slic,
} from './superpixels/index.ts'
export { ellipsis, ellipsisInside, measure, type TextStyle, text, wrap } from './text.ts'
export { type Theme, type ThemeName, themes } from './theme.ts'
