/*
 * The two passes of resizing 8-bit RGB, in WebAssembly SIMD; sums are whole numbers, so resample-twin.ts gives the same bytes.
 * Built by scripts/build-wasm.mjs.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define PRECISION 22

static const int half = 1 << (PRECISION - 1);

/* 0-255 in the first four bytes; four sums. */
static v128_t clipped(v128_t sums) {
  v128_t words = wasm_i32x4_shr(sums, PRECISION);
  words = wasm_i16x8_narrow_i32x4(words, words);
  return wasm_u8x16_narrow_i16x8(words, words);
}

/* A pixel is read and written with the byte behind it. */
EXPORT(across)
void across(const uint8_t *from, int width, int rows, const int *first, const int *count, const int *weights, int taps,
            int samples, uint8_t *to) {
  for (int y = 0; y < rows; y++, from += 3 * width)
    for (int x = 0; x < samples; x++, to += 3) {
      const uint8_t *pixel = from + 3 * first[x];
      const int *weight = weights + x * taps, *end = weight + count[x];
      v128_t sums = wasm_i32x4_splat(half);
      for (; weight < end; weight++, pixel += 3) {
        v128_t rgb = wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(pixel)));
        sums = wasm_i32x4_add(sums, wasm_i32x4_mul(rgb, wasm_v128_load32_splat(weight)));
      }
      wasm_v128_store32_lane(to, clipped(sums), 0);
    }
}

/* A row is read and written with up to 15 bytes behind it. */
EXPORT(down)
void down(const uint8_t *from, int stride, const int *first, const int *count, const int *weights, int taps, int samples,
          uint8_t *to) {
  for (int y = 0; y < samples; y++, to += stride, weights += taps)
    for (int i = 0; i < stride; i += 16) {
      const uint8_t *row = from + first[y] * stride + i;
      v128_t a = wasm_i32x4_splat(half), b = a, c = a, d = a;
      for (int j = 0; j < count[y]; j++, row += stride) {
        v128_t weight = wasm_v128_load32_splat(weights + j), bytes = wasm_v128_load(row);
        v128_t low = wasm_u16x8_extend_low_u8x16(bytes), high = wasm_u16x8_extend_high_u8x16(bytes);
        a = wasm_i32x4_add(a, wasm_i32x4_mul(weight, wasm_u32x4_extend_low_u16x8(low)));
        b = wasm_i32x4_add(b, wasm_i32x4_mul(weight, wasm_u32x4_extend_high_u16x8(low)));
        c = wasm_i32x4_add(c, wasm_i32x4_mul(weight, wasm_u32x4_extend_low_u16x8(high)));
        d = wasm_i32x4_add(d, wasm_i32x4_mul(weight, wasm_u32x4_extend_high_u16x8(high)));
      }
      v128_t left = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, PRECISION), wasm_i32x4_shr(b, PRECISION));
      v128_t right = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(c, PRECISION), wasm_i32x4_shr(d, PRECISION));
      wasm_v128_store(to + i, wasm_u8x16_narrow_i16x8(left, right));
    }
}
