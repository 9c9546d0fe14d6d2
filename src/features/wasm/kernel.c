/*
 * The four inner loops that decide the time of scale space and SIFT, in WebAssembly SIMD: doubling, blur with the
 * difference to its source, the scan for extrema, and the two nearest descriptors. No decisions are made here.
 * kernel-twin.ts says the same in TypeScript, operation for operation, so that both give the same bits: no
 * multiply-add, sums from the kernel's centre outwards. Built by scripts/build-wasm.mjs.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* REFLECT_101: ... 2 1 0 1 2 ... n-2 n-1 n-2 ..., repeated where the radius exceeds the size. */
static int reflect(int i, int n) {
  if (n == 1) return 0;
  while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

/* out[x] = k[0] before[0][x] + sum over i = 1..radius of k[i] (before[i][x] + after[i][x]), for x < to. */
static void weigh(const float **before, const float **after, float *out, const float *k, int radius, int to) {
  const float *centre = before[0];
  int x = 0;
  for (; x + 16 <= to; x += 16) {
    v128_t w = wasm_v128_load32_splat(k);
    v128_t s0 = wasm_f32x4_mul(w, wasm_v128_load(centre + x));
    v128_t s1 = wasm_f32x4_mul(w, wasm_v128_load(centre + x + 4));
    v128_t s2 = wasm_f32x4_mul(w, wasm_v128_load(centre + x + 8));
    v128_t s3 = wasm_f32x4_mul(w, wasm_v128_load(centre + x + 12));
    for (int i = 1; i <= radius; i++) {
      const float *a = before[i] + x, *b = after[i] + x;
      w = wasm_v128_load32_splat(k + i);
      s0 = wasm_f32x4_add(s0, wasm_f32x4_mul(w, wasm_f32x4_add(wasm_v128_load(a), wasm_v128_load(b))));
      s1 = wasm_f32x4_add(s1, wasm_f32x4_mul(w, wasm_f32x4_add(wasm_v128_load(a + 4), wasm_v128_load(b + 4))));
      s2 = wasm_f32x4_add(s2, wasm_f32x4_mul(w, wasm_f32x4_add(wasm_v128_load(a + 8), wasm_v128_load(b + 8))));
      s3 = wasm_f32x4_add(s3, wasm_f32x4_mul(w, wasm_f32x4_add(wasm_v128_load(a + 12), wasm_v128_load(b + 12))));
    }
    wasm_v128_store(out + x, s0);
    wasm_v128_store(out + x + 4, s1);
    wasm_v128_store(out + x + 8, s2);
    wasm_v128_store(out + x + 12, s3);
  }
  for (; x < to; x++) {
    float sum = k[0] * centre[x];
    for (int i = 1; i <= radius; i++) sum += k[i] * (before[i][x] + after[i][x]);
    out[x] = sum;
  }
}

#define MAX_RADIUS 255

static const float *before[MAX_RADIUS + 1], *after[MAX_RADIUS + 1];

/*
 * to = from * kernel (separable, symmetric, k[0..radius] from the centre), and difference = to - from where asked for.
 * scratch: (2 radius + 1) rows of width floats (a ring of rows blurred along x), then width + 2 radius floats.
 */
EXPORT(blur)
void blur(const float *from, float *to, float *difference, int width, int height, const float *k, int radius,
          float *scratch) {
  const int ring = 2 * radius + 1;
  float *padded = scratch + ring * width;
  for (int y = 0, filled = 0; y < height; y++) {
    for (; filled < height && filled <= y + radius; filled++) {
      const float *row = from + filled * width;
      __builtin_memcpy(padded + radius, row, sizeof(float) * width);
      for (int i = 1; i <= radius; i++) {
        padded[radius - i] = row[reflect(-i, width)];
        padded[radius + width - 1 + i] = row[reflect(width - 1 + i, width)];
      }
      for (int i = 0; i <= radius; i++) before[i] = padded + radius - i, after[i] = padded + radius + i;
      weigh(before, after, scratch + (filled % ring) * width, k, radius, width);
    }
    for (int i = 0; i <= radius; i++) {
      before[i] = scratch + (reflect(y - i, height) % ring) * width;
      after[i] = scratch + (reflect(y + i, height) % ring) * width;
    }
    float *out = to + y * width;
    weigh(before, after, out, k, radius, width);
    if (!difference) continue;
    const float *source = from + y * width;
    float *d = difference + y * width;
    int x = 0;
    for (; x + 4 <= width; x += 4)
      wasm_v128_store(d + x, wasm_f32x4_sub(wasm_v128_load(out + x), wasm_v128_load(source + x)));
    for (; x < width; x++) d[x] = out[x] - source[x];
  }
}

/* Index `i` of a line of n: mirrored without repeating the end, or held at the end. */
static int outside(int i, int n, int mirror) { return mirror ? reflect(i, n) : i < 0 ? 0 : i < n ? i : n - 1; }

/* even[x] = w0 a + w1 b, odd[x] = w2 a + w3 b + w4 c + w5 d, for x < n; or even[2x] and odd[2x]. */
static void between(const float *a, const float *b, const float *c, const float *d, float *even, float *odd, int n,
                    const float *w, int interleave) {
  const v128_t w0 = wasm_v128_load32_splat(w), w1 = wasm_v128_load32_splat(w + 1), w2 = wasm_v128_load32_splat(w + 2),
               w3 = wasm_v128_load32_splat(w + 3), w4 = wasm_v128_load32_splat(w + 4), w5 = wasm_v128_load32_splat(w + 5);
  int x = 0;
  for (; x + 4 <= n; x += 4) {
    const v128_t va = wasm_v128_load(a + x), vb = wasm_v128_load(b + x), vc = wasm_v128_load(c + x),
                 vd = wasm_v128_load(d + x);
    const v128_t e = wasm_f32x4_add(wasm_f32x4_mul(w0, va), wasm_f32x4_mul(w1, vb));
    v128_t o = wasm_f32x4_add(wasm_f32x4_mul(w2, va), wasm_f32x4_mul(w3, vb));
    o = wasm_f32x4_add(wasm_f32x4_add(o, wasm_f32x4_mul(w4, vc)), wasm_f32x4_mul(w5, vd));
    if (interleave) {
      wasm_v128_store(even + 2 * x, wasm_i32x4_shuffle(e, o, 0, 4, 1, 5));
      wasm_v128_store(even + 2 * x + 4, wasm_i32x4_shuffle(e, o, 2, 6, 3, 7));
    } else {
      wasm_v128_store(even + x, e);
      wasm_v128_store(odd + x, o);
    }
  }
  for (; x < n; x++) {
    const int at = interleave ? 2 * x : x;
    even[at] = w[0] * a[x] + w[1] * b[x];
    odd[at] = w[2] * a[x] + w[3] * b[x] + w[4] * c[x] + w[5] * d[x];
  }
}

/*
 * to (2 width x 2 height) = from doubled, along x and then y: sample 2i = w0 a[i-1] + w1 a[i], sample 2i+1 = w2 a[i-1] +
 * w3 a[i] + w4 a[i+1] + w5 a[i+2]. scratch: four rows of 2 width floats, then width + 3 floats.
 */
EXPORT(enlarge)
void enlarge(const float *from, float *to, int width, int height, const float *w, int mirror, float *scratch) {
  const int wide = 2 * width;
  float *line = scratch + 4 * wide + 1;
  for (int y = 0, filled = 0; y < height; y++) {
    for (; filled < height && filled <= y + 2; filled++) {
      const float *row = from + filled * width;
      float *out = scratch + (filled % 4) * wide;
      __builtin_memcpy(line, row, sizeof(float) * width);
      line[-1] = row[outside(-1, width, mirror)];
      line[width] = row[outside(width, width, mirror)];
      line[width + 1] = row[outside(width + 1, width, mirror)];
      between(line - 1, line, line + 1, line + 2, out, out + 1, width, w, 1);
    }
    const float *rows[4];
    for (int i = 0; i < 4; i++) rows[i] = scratch + (outside(y - 1 + i, height, mirror) % 4) * wide;
    float *out = to + 2 * y * wide;
    between(rows[0], rows[1], rows[2], rows[3], out, out + wide, wide, w, 0);
  }
}

/*
 * Indices y * width + x of the pixels of `at` beyond +-threshold that none of the 26 neighbours exceeds (positive) or
 * undercuts (negative); equal neighbours are allowed. At most `room` are written; the count of all is returned.
 */
EXPORT(extrema)
int extrema(const float *below, const float *at, const float *above, int width, int height, int border,
            float threshold, int32_t *out, int room) {
  const float *planes[3] = {at, below, above};
  const v128_t positive = wasm_f32x4_splat(threshold);
  const int32_t lanes[4] = {0, 1, 2, 3};
  int count = 0;
  for (int y = border; y < height - border; y++) {
    for (int x = border; x < width - border; x += 4) {
      const int here = y * width + x;
      const v128_t v = wasm_v128_load(at + here);
      v128_t peak = wasm_f32x4_gt(v, positive);
      v128_t pit = wasm_f32x4_lt(v, wasm_f32x4_neg(positive));
      if (!wasm_v128_any_true(wasm_v128_or(peak, pit))) continue;
      for (int p = 0; p < 3; p++) {
        for (int dy = -1; dy <= 1; dy++) {
          const float *n = planes[p] + here + dy * width;
          const v128_t a = wasm_v128_load(n - 1), b = wasm_v128_load(n), c = wasm_v128_load(n + 1);
          peak = wasm_v128_and(peak, wasm_v128_and(wasm_f32x4_ge(v, a), wasm_v128_and(wasm_f32x4_ge(v, b), wasm_f32x4_ge(v, c))));
          pit = wasm_v128_and(pit, wasm_v128_and(wasm_f32x4_le(v, a), wasm_v128_and(wasm_f32x4_le(v, b), wasm_f32x4_le(v, c))));
        }
        if (!wasm_v128_any_true(wasm_v128_or(peak, pit))) break;
      }
      const v128_t inside = wasm_i32x4_lt(wasm_v128_load(lanes), wasm_i32x4_splat(width - border - x));
      int found = wasm_i32x4_bitmask(wasm_v128_and(inside, wasm_v128_or(peak, pit)));
      for (; found; found &= found - 1, count++)
        if (count < room) out[count] = here + __builtin_ctz(found);
    }
  }
  return count;
}

/*
 * For each of `queries` descriptors the nearest of `count`, and the nearest of another group than that one's.
 * Descriptors are `dim` (a multiple of 8) 16-bit integers; norms are their squared lengths; groups are whole numbers.
 * out: per query index and squared distance of the nearest, index and squared distance of the second (-1 where none).
 */
EXPORT(nearest)
void nearest(const int16_t *query, const int32_t *queryNorm, int queries, const int16_t *data, const int32_t *norm,
             const int32_t *group, int count, int dim, int32_t *out) {
  for (int i = 0; i < queries; i++) {
    const int16_t *a = query + i * dim;
    int32_t first = -1, second = -1, d1 = 0x7fffffff, d2 = 0x7fffffff;
    for (int j = 0; j < count; j++) {
      const int16_t *b = data + j * dim;
      v128_t s0 = wasm_i32x4_splat(0), s1 = s0;
      int c = 0;
      for (; c + 16 <= dim; c += 16) {
        s0 = wasm_i32x4_add(s0, wasm_i32x4_dot_i16x8(wasm_v128_load(a + c), wasm_v128_load(b + c)));
        s1 = wasm_i32x4_add(s1, wasm_i32x4_dot_i16x8(wasm_v128_load(a + c + 8), wasm_v128_load(b + c + 8)));
      }
      if (c < dim) s0 = wasm_i32x4_add(s0, wasm_i32x4_dot_i16x8(wasm_v128_load(a + c), wasm_v128_load(b + c)));
      s0 = wasm_i32x4_add(s0, s1);
      const int32_t dot = wasm_i32x4_extract_lane(s0, 0) + wasm_i32x4_extract_lane(s0, 1) +
                          wasm_i32x4_extract_lane(s0, 2) + wasm_i32x4_extract_lane(s0, 3);
      const int32_t d = queryNorm[i] + norm[j] - 2 * dot;
      if (d >= d2) continue;
      if (d < d1) {
        if (first >= 0 && group[j] != group[first]) second = first, d2 = d1;
        first = j, d1 = d;
      } else if (group[j] != group[first]) {
        second = j, d2 = d;
      }
    }
    out[4 * i] = first;
    out[4 * i + 1] = d1;
    out[4 * i + 2] = second;
    out[4 * i + 3] = d2;
  }
}
