/*
 * The two inner loops that decide the time of SIFT once its pyramid is there: the histogram of directions around a
 * keypoint, and the cells of its descriptor. All in pairs (SIMD, float64); a vote is
 * shared by two neighbouring bins, so each bin is a pair too: what it got itself, and what it passed on to the next. sift-twin.ts says the
 * same in TypeScript, operation for operation. Built with kernel.c by scripts/build-wasm.mjs.
 */

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static v128_t add(v128_t a, v128_t b) { return wasm_f64x2_add(a, b); }
static v128_t sub(v128_t a, v128_t b) { return wasm_f64x2_sub(a, b); }
static v128_t mul(v128_t a, v128_t b) { return wasm_f64x2_mul(a, b); }
static v128_t two(const float *at) { return wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(at)); }

static v128_t all(double value) { return wasm_f64x2_splat(value); }
/* A whole number from 0 to 2^31 as an integer: of lane 0 or 1. */
#define INTEGER(v, lane) wasm_i32x4_extract_lane(wasm_f64x2_add(v, wasm_f64x2_splat(4503599627370496.0)), 2 * (lane))

/* Directions (degrees) of the gradients at `at` and `at` + 1, and their lengths. */
static v128_t gradients(const float *at, int width, const double *p, v128_t *lengths) {
  const v128_t dx = sub(two(at + 1), two(at - 1)), dy = sub(two(at + width), two(at - width));
  const v128_t ax = wasm_f64x2_abs(dx), ay = wasm_f64x2_abs(dy);
  const v128_t c = wasm_f64x2_div(wasm_f64x2_pmin(ax, ay), add(wasm_f64x2_pmax(ax, ay), all(2.220446049250313e-16)));
  const v128_t s = mul(c, c);
  v128_t a = wasm_v128_load64_splat(p + 5);
  for (int k = 4; k >= 0; k--) a = add(mul(a, s), wasm_v128_load64_splat(p + k));
  a = mul(a, c);
  a = wasm_v128_bitselect(sub(all(90), a), a, wasm_f64x2_gt(ay, ax));
  a = wasm_v128_bitselect(sub(all(180), a), a, wasm_f64x2_lt(dx, all(0)));
  a = wasm_v128_bitselect(sub(all(360), a), a, wasm_f64x2_lt(dy, all(0)));
  *lengths = wasm_f64x2_sqrt(add(mul(dx, dx), mul(dy, dy)));
  return a;
}

/* One lane of the parts of a vote: in memory, since clang 14 never ends when it may shuffle them in registers. */
static double parts[16];
#define BARRIER() __asm__ volatile("" ::: "memory")

static void put(double *to, const double *part) {
  to[0] += part[0];
  to[1] += part[2];
}

/*
 * pairs[2 (bins + 1)] of the samples left .. right, top .. bottom; along and down: their weights. p: the polynomial of the
 * arctangent. share: between the two bins beside the direction, else to the nearest.
 */
EXPORT(directions)
void directions(const float *level, int width, int left, int right, int top, int bottom, const double *along,
                const double *down, const double *p, int bins, int share, double *pairs) {
  for (int i = 0; i < 2 * (bins + 1); i++) pairs[i] = 0;
  for (int r = top; r <= bottom; r++) {
    const float *row = level + r * width + left;
    for (int i = 0; i <= right - left; i += 2) {
      v128_t lengths;
      const v128_t angles = gradients(row + i, width, p, &lengths);
      const v128_t vote = mul(mul(lengths, all(down[r - top])), wasm_v128_load(along + i));
      const v128_t place = wasm_f64x2_div(mul(angles, all(bins)), all(360));
      const v128_t first = wasm_f64x2_floor(share ? place : add(place, all(0.5)));
      const v128_t rest = share ? mul(vote, sub(place, first)) : all(0);
      const v128_t kept = sub(vote, rest);
      wasm_v128_store(parts, kept);
      wasm_v128_store(parts + 2, rest);
      BARRIER();
      put(pairs + 2 * INTEGER(first, 0), parts);
      if (i < right - left) put(pairs + 2 * INTEGER(first, 1), parts + 1);
    }
  }
}

/* The x between which |slope x + offset| < half. */
static void crossing(double slope, double offset, double half, double *from, double *to) {
  if (__builtin_fabs(slope) < 1e-9) {
    *from = -1e9, *to = 1e9;
    return;
  }
  const double middle = -offset / slope, reach = __builtin_fabs(half / slope);
  *from = middle - reach, *to = middle + reach;
}

/*
 * The cells of a descriptor with a margin of one cell on each side: pairs[2 (grid + 2)^2 bins]. (x, y) and the direction
 * `angle` are the keypoint's; cos and sin are that angle's by the cell's size.
 */
EXPORT(cells)
void cells(const float *level, int width, int left, int right, int top, int bottom, const double *along,
           const double *down, const double *p, double x, double y, double angle, double cos, double sin, int grid,
           int bins, double *pairs) {
  const int cell = 2 * bins, band = (grid + 2) * cell;
  const double half = (grid + 1) / 2.0;
  const v128_t most = all(grid + 1), zero = all(0), turns = all(bins);
  for (int i = 0; i < (grid + 2) * band; i++) pairs[i] = 0;
  for (int r = top; r <= bottom; r++) {
    const double fy = r - y;
    double a, b, c, d;
    crossing(cos, fy * sin, half, &a, &b);
    crossing(-sin, fy * cos, half, &c, &d);
    const double from = __builtin_floor(x + (a > c ? a : c)), to = __builtin_ceil(x + (b < d ? b : d));
    const int first = from > left ? (int)from : left, last = to < right ? (int)to : right;
    for (int i = first; i <= last; i += 2) {
      const v128_t fx = sub(wasm_f64x2_make(i, i + 1), all(x));
      const v128_t across = add(add(mul(fx, all(cos)), all(fy * sin)), all(half));
      const v128_t below = add(sub(all(fy * cos), mul(fx, all(sin))), all(half));
      const v128_t inside =
          wasm_v128_and(wasm_v128_and(wasm_f64x2_gt(across, zero), wasm_f64x2_lt(across, most)),
                        wasm_v128_and(wasm_f64x2_gt(below, zero), wasm_f64x2_lt(below, most)));
      const int found = wasm_i64x2_bitmask(inside) & (i < last ? 3 : 1);
      if (!found) continue;
      v128_t lengths;
      const v128_t angles = gradients(level + r * width + i, width, p, &lengths);
      const v128_t vote = mul(mul(lengths, all(down[r - top])), wasm_v128_load(along + i - left));
      v128_t turn = wasm_f64x2_div(mul(sub(all(angle), angles), turns), all(360));
      turn = wasm_v128_bitselect(add(turn, turns), turn, wasm_f64x2_lt(turn, zero));
      turn = wasm_v128_bitselect(sub(turn, turns), turn, wasm_f64x2_ge(turn, turns));
      const v128_t c0 = wasm_f64x2_floor(across), r0 = wasm_f64x2_floor(below), t0 = wasm_f64x2_floor(turn);
      const v128_t at = add(add(mul(r0, all(band)), mul(c0, all(cell))), add(t0, t0));
      const v128_t ft = sub(turn, t0), fc = sub(across, c0);
      const v128_t lower = mul(vote, sub(below, r0)), upper = sub(vote, lower);
      const v128_t upperRight = mul(upper, fc), lowerRight = mul(lower, fc);
      const v128_t sums[4] = {sub(upper, upperRight), upperRight, sub(lower, lowerRight), lowerRight};
      for (int k = 0; k < 4; k++) {
        const v128_t rest = mul(sums[k], ft);
        wasm_v128_store(parts + 4 * k, sub(sums[k], rest));
        wasm_v128_store(parts + 4 * k + 2, rest);
      }
      BARRIER();
      for (int lane = 0; lane < 2; lane++) {
        if (!(found >> lane & 1)) continue;
        double *bin = pairs + (lane ? INTEGER(at, 1) : INTEGER(at, 0));
        put(bin, parts + lane);
        put(bin + cell, parts + lane + 4);
        put(bin + band, parts + lane + 8);
        put(bin + band + cell, parts + lane + 12);
      }
    }
  }
}
