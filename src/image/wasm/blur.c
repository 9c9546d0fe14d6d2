/*
 * The two passes of a blur in WebAssembly SIMD, in double precision; every sum runs along the kernel as in blur-twin.ts, so that both give
 * the same bits. Built by scripts/build-wasm.mjs.
 */

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static int within(int i, int size) { return i < 0 ? 0 : i >= size ? size - 1 : i; }

/* Along each row; line: width + 2 radius + 8 numbers. Up to 7 numbers behind the result are written. */
EXPORT(blur_across)
void blur_across(const float *from, int width, int height, const double *kernel, int radius, double *line, float *to) {
  for (int y = 0; y < height; y++, from += width, to += width) {
    for (int i = 0; i < width + 2 * radius + 8; i++) line[i] = from[within(i - radius, width)];
    for (int x = 0; x < width; x += 8) {
      v128_t a = wasm_f64x2_splat(0), b = a, c = a, d = a;
      for (int k = 0; k <= 2 * radius; k++) {
        v128_t weight = wasm_v128_load64_splat(kernel + k);
        const double *at = line + x + k;
        a = wasm_f64x2_add(a, wasm_f64x2_mul(weight, wasm_v128_load(at)));
        b = wasm_f64x2_add(b, wasm_f64x2_mul(weight, wasm_v128_load(at + 2)));
        c = wasm_f64x2_add(c, wasm_f64x2_mul(weight, wasm_v128_load(at + 4)));
        d = wasm_f64x2_add(d, wasm_f64x2_mul(weight, wasm_v128_load(at + 6)));
      }
      wasm_v128_store64_lane(to + x, wasm_f32x4_demote_f64x2_zero(a), 0);
      wasm_v128_store64_lane(to + x + 2, wasm_f32x4_demote_f64x2_zero(b), 0);
      wasm_v128_store64_lane(to + x + 4, wasm_f32x4_demote_f64x2_zero(c), 0);
      wasm_v128_store64_lane(to + x + 6, wasm_f32x4_demote_f64x2_zero(d), 0);
    }
  }
}

/* Along each column. Up to 7 numbers behind both are read or written. */
EXPORT(blur_down)
void blur_down(const float *from, int width, int height, const double *kernel, int radius, float *to) {
  for (int y = 0; y < height; y++, to += width)
    for (int x = 0; x < width; x += 8) {
      v128_t a = wasm_f64x2_splat(0), b = a, c = a, d = a;
      for (int k = 0; k <= 2 * radius; k++) {
        v128_t weight = wasm_v128_load64_splat(kernel + k);
        const float *at = from + within(y + k - radius, height) * width + x;
        a = wasm_f64x2_add(a, wasm_f64x2_mul(weight, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(at))));
        b = wasm_f64x2_add(b, wasm_f64x2_mul(weight, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(at + 2))));
        c = wasm_f64x2_add(c, wasm_f64x2_mul(weight, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(at + 4))));
        d = wasm_f64x2_add(d, wasm_f64x2_mul(weight, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(at + 6))));
      }
      wasm_v128_store64_lane(to + x, wasm_f32x4_demote_f64x2_zero(a), 0);
      wasm_v128_store64_lane(to + x + 2, wasm_f32x4_demote_f64x2_zero(b), 0);
      wasm_v128_store64_lane(to + x + 4, wasm_f32x4_demote_f64x2_zero(c), 0);
      wasm_v128_store64_lane(to + x + 6, wasm_f32x4_demote_f64x2_zero(d), 0);
    }
}
