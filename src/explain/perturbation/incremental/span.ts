/** Which rows (or columns) of a value a window of the image reaches: as many for all windows, so that one program serves them. */

export interface Span {
  readonly size: number
  /** The first row, for each row (or column) of windows. */
  readonly starts: readonly number[]
}

export interface Sliding {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  /** Padding before the first row. */
  readonly pad: number
}

const clamp = (value: number, high: number) => Math.min(Math.max(value, 0), high)

/** The rows of a convolution's (or pool's) output that depend on the span, `length` rows in all. */
export function slid({ size, starts }: Span, { kernel, stride, dilation, pad }: Sliding, length: number): Span {
  const reach = dilation * (kernel - 1)
  const rows = Math.min(length, Math.floor((size - 1 + reach) / stride) + 1)
  return { size: rows, starts: starts.map((at) => clamp(Math.ceil((at + pad - reach) / stride), length - rows)) }
}

/** The rows of the padded input that these rows of the output are computed from. */
export function needed({ size, starts }: Span, { kernel, stride, dilation }: Sliding): Span {
  return { size: (size - 1) * stride + dilation * (kernel - 1) + 1, starts: starts.map((at) => at * stride) }
}

/** The rows from the first to the last of any of the spans. */
export function union(spans: readonly Span[], length: number): Span {
  const [first] = spans as [Span]
  if (spans.every((span) => same(span, first))) return first
  const low = first.starts.map((_, i) => Math.min(...spans.map(({ starts }) => starts[i] as number)))
  const high = first.starts.map((_, i) => Math.max(...spans.map(({ starts, size }) => (starts[i] as number) + size)))
  const size = Math.min(length, Math.max(...low.map((at, i) => (high[i] as number) - at)))
  return { size, starts: low.map((at) => clamp(at, length - size)) }
}

export const same = (a: Span, b: Span) => a.size === b.size && a.starts.every((at, i) => at === b.starts[i])

export const moved = ({ size, starts }: Span, by: number): Span => ({ size, starts: starts.map((at) => at + by) })

export const wholeOf = (length: number, like: Span): Span => ({ size: length, starts: like.starts.map(() => 0) })
