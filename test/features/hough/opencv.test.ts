import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canny } from '../../../src/features/canny/index.ts'
import { houghCircles, houghLines, houghLinesProbabilistic } from '../../../src/features/hough/index.ts'
import type { Plane } from '../../../src/tensor/index.ts'
import { photoGrey } from '../photo.ts'

interface Edges {
  picture: string
  low: number
  high: number
  rho: number
  theta: number
  threshold: number
}

interface Golden {
  lines: (Edges & { from?: number; to?: number; count: number; lines: [number, number, number][] })[]
  segments: (Edges & { length: number; gap: number; segments: [number, number, number, number][] })[]
  circles: {
    picture: string
    median: number
    dp: number
    distance: number
    canny: number
    votes: number
    smallest: number
    largest: number
    circles: [number, number, number][]
  }[]
}

const golden = JSON.parse(readFileSync(new URL('./fixtures/opencv.json', import.meta.url), 'utf8')) as Golden

async function edgesOf({ picture, low, high }: Edges) {
  const { width, height, edges } = canny(await photoGrey(picture), { low, high })
  return { width, height, data: edges }
}

const float = (row: readonly number[]) => row.map(Math.fround)

describe('the lists are those of OpenCV 4.6', () => {
  test.each(golden.lines)('HoughLines $picture rho $rho theta $theta above $threshold', async (wanted) => {
    const { lines } = houghLines(await edgesOf(wanted), wanted)
    expect(lines.length).toBe(wanted.count)
    const rows = lines.slice(0, wanted.lines.length).map(({ rho, theta, votes }) => [rho, theta, votes])
    expect(rows).toEqual(wanted.lines.map(float))
  })
  test.each(golden.segments)('HoughLinesP $picture', async (wanted) => {
    const { segments } = houghLinesProbabilistic(await edgesOf(wanted), { ...wanted, draw: 'opencv' })
    expect(segments.map(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1])).toEqual(wanted.segments)
  })
  test.each(golden.circles)(
    'HoughCircles $picture dp $dp above $votes, radii $smallest to $largest',
    async (wanted) => {
      const plane = await photoGrey(wanted.picture)
      const { circles } = houghCircles(wanted.median ? median5(plane) : plane, wanted)
      expect(circles.map(({ x, y, radius }) => [x, y, radius])).toEqual(wanted.circles.map(float))
    },
  )
})

/** cv2.medianBlur(5): edges replicated. */
function median5({ width, height, data }: Plane): Plane {
  const out = new Float32Array(data.length)
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value))
  const window = new Float32Array(25)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < 25; k++)
        window[k] = data[clamp(y + Math.floor(k / 5) - 2, height) * width + clamp(x + (k % 5) - 2, width)] as number
      out[y * width + x] = window.slice().sort()[12] as number
    }
  return { width, height, data: out }
}
