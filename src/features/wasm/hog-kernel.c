/*
 * The three inner loops that decide the time of HOG, in WebAssembly SIMD: slopes in the steepest channel, their votes for
 * directions, and the sums of the votes by block. hog-twin.ts says the same in TypeScript, operation for operation, so that
 * both give the same bits. Built with kernel.c by scripts/build-wasm.mjs.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static v128_t add(v128_t a, v128_t b) { return wasm_f32x4_add(a, b); }
static v128_t sub(v128_t a, v128_t b) { return wasm_f32x4_sub(a, b); }
static v128_t mul(v128_t a, v128_t b) { return wasm_f32x4_mul(a, b); }

/* One row of RGB bytes as three lines of table[byte], a pixel longer at both ends, mirrored there. */
static void spread(const uint8_t *rgb, const float *table, int width, float *line, int stride) {
  for (int x = 1; x <= width; x++, rgb += 3) {
    line[x] = table[rgb[0]];
    line[x + stride] = table[rgb[1]];
    line[x + 2 * stride] = table[rgb[2]];
  }
  for (int c = 0; c < 3; c++, line += stride) {
    line[0] = line[width > 1 ? 2 : 1];
    line[width + 1] = line[width > 1 ? width - 1 : width];
  }
}

/*
 * Central differences of `rows` rows, each pixel's in the channel where they are longest; of equal ones channel `first`
 * (0 or 2) goes before 1, and 1 before the other. rgb begins a row above and ends a row below. lines: 9 * (width + 8).
 * Up to 3 numbers beyond the end of dx and dy are overwritten.
 */
EXPORT(slopes)
void slopes(const uint8_t *rgb, const float *table, int width, int rows, int first, float *dx, float *dy, float *lines) {
  const int stride = width + 8;
  for (int y = 0; y < rows + 2; y++) {
    float *below = lines + (y % 3) * 3 * stride;
    spread(rgb + 3 * width * y, table, width, below, stride);
    if (y < 2) continue;
    const float *above = lines + ((y - 2) % 3) * 3 * stride, *here = lines + ((y - 1) % 3) * 3 * stride;
    for (int x = 0; x < width; x += 4) {
      v128_t gx, gy, most;
      for (int k = 0; k < 3; k++) {
        const int at = (k == 0 ? first : k == 1 ? 1 : 2 - first) * stride + x;
        const v128_t hx = sub(wasm_v128_load(here + at + 2), wasm_v128_load(here + at));
        const v128_t hy = sub(wasm_v128_load(below + at + 1), wasm_v128_load(above + at + 1));
        const v128_t square = add(mul(hx, hx), mul(hy, hy));
        if (k == 0) {
          gx = hx, gy = hy, most = square;
          continue;
        }
        const v128_t longer = wasm_f32x4_gt(square, most);
        gx = wasm_v128_bitselect(hx, gx, longer);
        gy = wasm_v128_bitselect(hy, gy, longer);
        most = wasm_v128_bitselect(square, most, longer);
      }
      wasm_v128_store(dx + x, gx);
      wasm_v128_store(dy + x, gy);
    }
    dx += width, dy += width;
  }
}

/*
 * What each pixel gives to slots slot (first) and slot + 1 (second). Slot k is bin k - 1; slots 0 and bins + 1 are the last
 * and the first bin once more. `count` is rounded up to a multiple of 4.
 *   direction = 90 + 2 atan(u) degrees,  u = -x sign(y) / (|g| + |y|), between -1 and 1; atan by a polynomial (off by 2e-6)
 */
EXPORT(votes)
void votes(const float *dx, const float *dy, int count, int bins, int32_t *slot, float *first, float *second) {
  const float a[6] = {0.99997726f, -0.33262347f, 0.19354346f, -0.11643287f, 0.05265332f, -0.0117212f};
  const v128_t middle = wasm_f32x4_splat(bins / 2.0f + 0.5f);
  const v128_t scale = wasm_f32x4_splat((float)bins * 0.636619772f);
  for (int i = 0; i < count; i += 4) {
    const v128_t gx = wasm_v128_load(dx + i), gy = wasm_v128_load(dy + i);
    const v128_t length = wasm_f32x4_sqrt(add(mul(gx, gx), mul(gy, gy)));
    const v128_t turned = add(gy, wasm_f32x4_splat(1e-9f));
    const v128_t ay = wasm_f32x4_abs(turned);
    const v128_t u = wasm_f32x4_div(wasm_f32x4_neg(mul(gx, turned)), mul(ay, add(length, ay)));
    const v128_t q = mul(u, u);
    v128_t odd = wasm_f32x4_splat(a[5]);
    for (int k = 4; k >= 0; k--) odd = add(mul(odd, q), wasm_f32x4_splat(a[k]));
    const v128_t place = add(middle, mul(mul(scale, odd), u));
    const v128_t lower = wasm_i32x4_trunc_sat_f32x4(place);
    const v128_t upper = mul(length, sub(place, wasm_f32x4_convert_i32x4(lower)));
    wasm_v128_store(slot + i, lower);
    wasm_v128_store(first + i, sub(length, upper));
    wasm_v128_store(second + i, upper);
  }
}

/*
 * The weighted votes of one row of a block, `lanes` cells side by side: sums[slot * lanes + cell]. Four copies of the sums
 * take turns, for neighbouring pixels often vote alike and an addition must wait for the one before it.
 */
static inline __attribute__((always_inline)) void gather(const int32_t *slot, const float *first, const float *second,
                                                         int side, const float *across, const float *down, float *sums,
                                                         int copy, int lanes) {
  for (int p = 0; p < side; p++, across += lanes) {
    float *low = sums + (p & 3) * copy + slot[p] * lanes, *high = low + lanes;
    const v128_t a = wasm_v128_load32_splat(first + p), b = wasm_v128_load32_splat(second + p);
    for (int l = 0; l < lanes; l += 4) {
      const v128_t weight = mul(wasm_v128_load(across + l), wasm_v128_load(down + l));
      wasm_v128_store(low + l, add(wasm_v128_load(low + l), mul(weight, a)));
      wasm_v128_store(high + l, add(wasm_v128_load(high + l), mul(weight, b)));
    }
  }
}

/*
 * The histograms of a row of blocks: out[(column * block^2 + cell) * bins + bin]. The votes lie in `block` bands of `cell`
 * rows, `band` numbers apart, in a ring whose first one is number `top`. across and down: weight of cell c at position p of
 * the block at [p * lanes + c], lanes = block^2 rounded up to a multiple of 4. sums: 4 * (bins + 2) * lanes.
 */
EXPORT(blocks)
void blocks(const int32_t *slot, const float *first, const float *second, int width, int band, int top, int columns,
            int cell, int block, int bins, const float *across, const float *down, float *sums, float *out) {
  const int cells = block * block, side = cell * block, lanes = (cells + 3) & ~3, copy = (bins + 2) * lanes;
  for (int column = 0; column < columns; column++) {
    __builtin_memset(sums, 0, 4 * copy * sizeof(float));
    for (int q = 0; q < side; q++) {
      const int at = (top + q / cell) % block * band + q % cell * width + column * cell;
      const float *weights = down + q * lanes;
      if (lanes == 4) gather(slot + at, first + at, second + at, side, across, weights, sums, copy, 4);
      else gather(slot + at, first + at, second + at, side, across, weights, sums, copy, lanes);
    }
    for (int i = 0; i < copy; i += 4) {
      const float *s = sums + i;
      const v128_t even = add(wasm_v128_load(s), wasm_v128_load(s + copy));
      wasm_v128_store(sums + i, add(even, add(wasm_v128_load(s + 2 * copy), wasm_v128_load(s + 3 * copy))));
    }
    for (int c = 0; c < cells; c++, out += bins) {
      for (int k = 0; k < bins; k++) out[k] = sums[(k + 1) * lanes + c];
      out[bins - 1] += sums[c];
      out[0] += sums[(bins + 1) * lanes + c];
    }
  }
}
