/*
 * The votes of the Hough transform for lines, in WebAssembly SIMD. hough-twin.ts says the same in TypeScript, so that both
 * count the same votes. Built with kernel.c by scripts/build-wasm.mjs.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/*
 * votes[angle * stride + zero + round(x cosine + y sine)] += 1 for eight angles and every pixel; half to even. A lane is an
 * angle: a pixel's votes fall into eight rows, so that none waits for the one before it. The pixels of row y have the
 * columns columns[rows[y]] to columns[rows[y + 1] - 1]. |rho| < 2^22: a float32 of the size of 1.5 * 2^23 has no fraction
 * bits, so that adding it rounds, and the low bits of the sum are the whole number.
 */
EXPORT(lines)
void lines(const float *columns, const int32_t *rows, int height, const float *cosines, const float *sines, int stride,
           int zero, int32_t *votes) {
  const v128_t magic = wasm_f32x4_splat(12582912.0f);
  const v128_t start = wasm_i32x4_splat(zero + (int32_t)((uintptr_t)votes / 4) - 0x4b400000);
  const v128_t first = wasm_i32x4_add(start, wasm_i32x4_make(0, stride, 2 * stride, 3 * stride));
  const v128_t second = wasm_i32x4_add(first, wasm_i32x4_splat(4 * stride));
  const v128_t cosine1 = wasm_v128_load(cosines), cosine2 = wasm_v128_load(cosines + 4);
  const v128_t sine1 = wasm_v128_load(sines), sine2 = wasm_v128_load(sines + 4);
  __builtin_memset(votes, 0, 8 * stride * sizeof(int32_t));
  for (int y = 0; y < height; y++) {
    const v128_t row = wasm_f32x4_splat((float)y);
    const v128_t down1 = wasm_f32x4_mul(row, sine1), down2 = wasm_f32x4_mul(row, sine2);
    for (const float *x = columns + rows[y], *end = columns + rows[y + 1]; x < end; x++) {
      const v128_t column = wasm_v128_load32_splat(x);
      const v128_t rho1 = wasm_f32x4_add(wasm_f32x4_mul(column, cosine1), down1);
      const v128_t rho2 = wasm_f32x4_add(wasm_f32x4_mul(column, cosine2), down2);
      const v128_t cell1 = wasm_i32x4_shl(wasm_i32x4_add(wasm_f32x4_add(rho1, magic), first), 2);
      const v128_t cell2 = wasm_i32x4_shl(wasm_i32x4_add(wasm_f32x4_add(rho2, magic), second), 2);
#define VOTE(cells, lane) ++*(int32_t *)(uintptr_t)(uint32_t)wasm_i32x4_extract_lane(cells, lane)
      VOTE(cell1, 0), VOTE(cell1, 1), VOTE(cell1, 2), VOTE(cell1, 3);
      VOTE(cell2, 0), VOTE(cell2, 1), VOTE(cell2, 2), VOTE(cell2, 3);
#undef VOTE
    }
  }
}
