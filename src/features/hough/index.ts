export { type Centres, type Circle, type CircleOptions, type Circles, circleDefaults, houghCircles } from './circles.ts'
export type { EdgeMap } from './edge-map.ts'
export { houghCirclesFeature, houghLinesFeature, houghSegmentsFeature } from './feature.ts'
export { type Accumulator, houghLines, type Line, type LineOptions, type Lines, lineDefaults } from './lines.ts'
export { accumulatorPicture, centresPicture, circlesOver, linesOver, segmentsOver } from './picture.ts'
export {
  houghLinesProbabilistic,
  type Segment,
  type SegmentOptions,
  type Segments,
  segmentDefaults,
} from './segments.ts'
export { radiusVotes, votersOf, votesOf } from './votes.ts'
