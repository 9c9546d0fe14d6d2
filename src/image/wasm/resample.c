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

/* A weight in two parts of 16 bits: weight = 2^SPLIT high + low. */
#define SPLIT 11

/*
 * Two pixels at a time, by high and low parts of their weights. A pixel is written with the byte behind it, and up to eight bytes behind a row
 * are read. pairs: for each sample taps + 1 numbers.
 */
EXPORT(across)
void across(const uint8_t *from, int width, int rows, const int *first, const int *count, const int *weights, int taps,
            int samples, uint8_t *to, int16_t *pairs) {
  int pitch = 4 * ((taps + 1) / 2);
  for (int x = 0; x < samples; x++)
    for (int j = 0; j < pitch / 2; j++) {
      int weight = j < count[x] ? weights[x * taps + j] : 0;
      int16_t *pair = pairs + x * pitch + 4 * (j / 2) + j % 2;
      pair[0] = weight >> SPLIT;
      pair[2] = weight & ((1 << SPLIT) - 1);
    }
  const v128_t spread = wasm_i8x16_make(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  for (int y = 0; y < rows; y++, from += 3 * width)
    for (int x = 0; x < samples; x++, to += 3) {
      const uint8_t *pixel = from + 3 * first[x];
      const int16_t *pair = pairs + x * pitch, *end = pair + 4 * ((count[x] + 1) / 2);
      v128_t high = wasm_i32x4_splat(0), low = wasm_i32x4_splat(half);
      for (; pair < end; pair += 4, pixel += 6) {
        v128_t both = wasm_i8x16_swizzle(wasm_v128_load64_zero(pixel), spread);
        high = wasm_i32x4_add(high, wasm_i32x4_dot_i16x8(both, wasm_v128_load32_splat(pair)));
        low = wasm_i32x4_add(low, wasm_i32x4_dot_i16x8(both, wasm_v128_load32_splat(pair + 2)));
      }
      wasm_v128_store32_lane(to, clipped(wasm_i32x4_add(wasm_i32x4_shl(high, SPLIT), low)), 0);
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
