export { centresPicture, circlesOver, radiusPicture } from './circle-picture.ts'
export { type Centres, type Circle, type CircleOptions, type Circles, circleDefaults, houghCircles } from './circles.ts'
export { houghCirclesFeature } from './circles-feature.ts'
export type { EdgeMap } from './edge-map.ts'
export { type Accumulator, houghLines, type Line, type LineOptions, type Lines, lineDefaults } from './lines.ts'
export { houghLinesFeature } from './lines-feature.ts'
export { accumulatorPicture, linesOver, segmentsOver } from './picture.ts'
export {
  houghLinesProbabilistic,
  type Segment,
  type SegmentOptions,
  type Segments,
  segmentDefaults,
} from './segments.ts'
export { houghSegmentsFeature } from './segments-feature.ts'
export { radiusVotes, votersOf, votesOf } from './votes.ts'
