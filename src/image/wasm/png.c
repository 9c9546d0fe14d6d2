/*
 * PNG's row filters in WebAssembly SIMD; png-twin.ts makes the same choices. Built by scripts/build-wasm.mjs.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static v128_t widened(v128_t bytes, int high) {
  return high ? wasm_u16x8_extend_high_u8x16(bytes) : wasm_u16x8_extend_low_u8x16(bytes);
}

/* Paeth's predictor of eight bytes: of the three neighbours the one nearest to left + up - corner. */
static v128_t nearest(v128_t left, v128_t up, v128_t corner) {
  v128_t along = wasm_i16x8_sub(up, corner), down = wasm_i16x8_sub(left, corner);
  v128_t a = wasm_i16x8_abs(along), b = wasm_i16x8_abs(down), c = wasm_i16x8_abs(wasm_i16x8_add(along, down));
  v128_t first = wasm_v128_and(wasm_i16x8_le(a, b), wasm_i16x8_le(a, c));
  return wasm_v128_bitselect(left, wasm_v128_bitselect(up, corner, wasm_i16x8_le(b, c)), first);
}

static int total(v128_t sums) {
  return wasm_i32x4_extract_lane(sums, 0) + wasm_i32x4_extract_lane(sums, 1) + wasm_i32x4_extract_lane(sums, 2) +
         wasm_i32x4_extract_lane(sums, 3);
}

/*
 * Each row with the filter whose bytes have the smallest sum of magnitudes. Rows lie `pitch` bytes apart; before the first one is a
 * row of zeros, before each row are 16 zeros. out: rows of 1 + stride bytes. scratch: five rows. Up to 15 bytes behind a row are
 * read, and written.
 */
EXPORT(filter)
void filter(const uint8_t *from, int pitch, int stride, int rows, int step, uint8_t *scratch, uint8_t *out) {
  int length = (stride + 15) / 16 * 16;
  v128_t places = wasm_i8x16_make(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int y = 0; y < rows; y++, from += pitch, out += stride + 1) {
    v128_t sums[5];
    for (int k = 0; k < 5; k++) sums[k] = wasm_i32x4_splat(0);
    for (int i = 0; i < stride; i += 16) {
      v128_t value = wasm_v128_load(from + i), left = wasm_v128_load(from + i - step);
      v128_t up = wasm_v128_load(from + i - pitch), corner = wasm_v128_load(from + i - pitch - step);
      v128_t low = nearest(widened(left, 0), widened(up, 0), widened(corner, 0));
      v128_t high = nearest(widened(left, 1), widened(up, 1), widened(corner, 1));
      /* avgr rounds up: one less where the sum is odd. */
      v128_t odd = wasm_v128_and(wasm_v128_xor(left, up), wasm_i8x16_splat(1));
      v128_t mean = wasm_i8x16_sub(wasm_u8x16_avgr(left, up), odd);
      v128_t made[5] = {value, wasm_i8x16_sub(value, left), wasm_i8x16_sub(value, up), wasm_i8x16_sub(value, mean),
                        wasm_i8x16_sub(value, wasm_u8x16_narrow_i16x8(low, high))};
      int rest = stride - i < 16 ? stride - i : 16;
      v128_t inside = wasm_i8x16_lt(places, wasm_i8x16_splat(rest));
      for (int k = 0; k < 5; k++) {
        wasm_v128_store(scratch + k * length + i, made[k]);
        v128_t sizes = wasm_v128_and(wasm_i8x16_abs(made[k]), inside);
        sums[k] = wasm_i32x4_add(sums[k], wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(sizes)));
      }
    }
    int best = 0, least = total(sums[0]);
    for (int k = 1; k < 5; k++) {
      int sum = total(sums[k]);
      if (sum < least) least = sum, best = k;
    }
    *out = best;
    __builtin_memcpy(out + 1, scratch + best * length, stride);
  }
}
