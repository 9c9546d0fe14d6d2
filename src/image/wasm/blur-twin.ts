/** blur.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested against. */

export function twin(data: Float32Array, width: number, height: number, kernel: Float64Array): Float32Array {
  const across = pass(data, kernel, width, height, 1, width)
  return pass(across, kernel, height, width, width, 1)
}

/** One pass along an axis of `length` samples `step` apart, over `lines` lines that lie `stride` apart. */
function pass(
  data: Float32Array,
  kernel: Float64Array,
  length: number,
  lines: number,
  step: number,
  stride: number,
): Float32Array {
  const radius = (kernel.length - 1) / 2
  const out = new Float32Array(data.length)
  const line = new Float64Array(length + 2 * radius + 3)
  for (let l = 0; l < lines; l++) {
    for (let i = 0; i < line.length; i++) {
      const at = Math.min(Math.max(i - radius, 0), length - 1)
      line[i] = data[l * stride + at * step] as number
    }
    // Four sums at once: one waits for each addition to end before the next.
    for (let i = 0; i < length; i += 4) {
      let [a, b, c, d] = [0, 0, 0, 0]
      for (let k = 0; k < kernel.length; k++) {
        const weight = kernel[k] as number
        a += weight * (line[i + k] as number)
        b += weight * (line[i + k + 1] as number)
        c += weight * (line[i + k + 2] as number)
        d += weight * (line[i + k + 3] as number)
      }
      const at = l * stride + i * step
      out[at] = a
      if (i + 1 < length) out[at + step] = b
      if (i + 2 < length) out[at + 2 * step] = c
      if (i + 3 < length) out[at + 3 * step] = d
    }
  }
  return out
}
