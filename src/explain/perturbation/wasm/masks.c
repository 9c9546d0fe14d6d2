/*
 * What is done for each of thousands of masks, in WebAssembly SIMD: a picture laid over another, lines between others, and sums over
 * masks; lay.ts, between.ts and sums.ts have the twins, which give the same bits. Built by scripts/build-wasm.mjs.
 */

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* Planes of `pixels` numbers. Up to 3 numbers behind each array are read, and written. */
EXPORT(lay)
void lay(const float *above, const float *below, const float *shown, int pixels, int planes, float *to) {
  v128_t one = wasm_f32x4_splat(1);
  for (int c = 0; c < planes; c++, above += pixels, below += pixels, to += pixels)
    for (int i = 0; i < pixels; i += 4) {
      v128_t own = wasm_v128_load(above + i), under = wasm_v128_load(below + i), share = wasm_v128_load(shown + i);
      v128_t mixed = wasm_f32x4_add(under, wasm_f32x4_mul(share, wasm_f32x4_sub(own, under)));
      wasm_v128_store(to + i, wasm_v128_bitselect(own, mixed, wasm_f32x4_eq(share, one)));
    }
}

/*
 * Adds `count` masks, one behind the other, times three factors each. sums: for each factor f those of f m, and of f m^2. pixels: a
 * multiple of 2.
 */
EXPORT(add)
void add(double *sums, const float *masks, const double *factors, int pixels, int count) {
  for (int i = 0; i < pixels; i += 2) {
    v128_t made[6];
    for (int k = 0; k < 6; k++) made[k] = wasm_v128_load(sums + k * pixels + i);
    for (int n = 0; n < count; n++) {
      v128_t mask = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(masks + n * pixels + i));
      v128_t square = wasm_f64x2_mul(mask, mask);
      for (int k = 0; k < 3; k++) {
        v128_t factor = wasm_v128_load64_splat(factors + 3 * n + k);
        made[2 * k] = wasm_f64x2_add(made[2 * k], wasm_f64x2_mul(factor, mask));
        made[2 * k + 1] = wasm_f64x2_add(made[2 * k + 1], wasm_f64x2_mul(factor, square));
      }
    }
    for (int k = 0; k < 6; k++) wasm_v128_store(sums + k * pixels + i, made[k]);
  }
}

/* Line y is line first[y] and a share of the way to the one `next` numbers behind. Up to 3 numbers behind both are read, and written. */
EXPORT(between)
void between(const float *lines, const int *first, const float *share, int next, int width, int height, float *to) {
  for (int y = 0; y < height; y++, to += width) {
    const float *near = lines + first[y] * width;
    v128_t weight = wasm_v128_load32_splat(share + y);
    for (int x = 0; x < width; x += 4) {
      v128_t low = wasm_v128_load(near + x), high = wasm_v128_load(near + next + x);
      wasm_v128_store(to + x, wasm_f32x4_add(low, wasm_f32x4_mul(weight, wasm_f32x4_sub(high, low))));
    }
  }
}
