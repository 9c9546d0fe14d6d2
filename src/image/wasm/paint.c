/*
 * A heatmap's colours over its photograph; paint-twin.ts makes the same bytes, in the same order of operations. Built by
 * scripts/build-wasm.mjs.
 */

#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* As light.ts has them. */
struct light {
  double linear[256], next[164];
  uint8_t encoded[4097], lowest[164];
};

/* As Brush in paint.ts. */
struct brush {
  double min, extent, max, opacity, threshold;
  int alone, magnitude, absolute, nothing;
  double lights[771];
  uint8_t levels[771];
};

static int rounded(double value) {
  int whole = (int)value;
  return whole + (value - whole >= 0.5);
}

static double to_linear(double value, const struct light *light) {
  int low = (int)value < 254 ? (int)value : 254;
  double a = light->linear[low];
  return a + (light->linear[low + 1] - a) * (value - low);
}

static uint8_t from_linear(double value, const struct light *light) {
  if (!(value < 0.02)) return light->encoded[rounded((value < 1 ? value : 1) * 4096)];
  int bin = (int)(value * 8192);
  return light->lowest[bin] + (value >= light->next[bin]);
}

static uint8_t hatched(double grey, int along) {
  double line = along == 0 ? 0.22 : along == 1 || along == 7 ? 0.07 : 0;
  return rounded(grey + (255 - grey) * line);
}

/* Over the photograph itself. */
EXPORT(paint)
void paint(uint8_t *pixel, const float *values, int width, int height, const struct brush *brush,
           const struct light *light) {
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, pixel += 3) {
      double value = *values++, grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
      if (value != value) {
        pixel[0] = pixel[1] = pixel[2] = hatched(grey * (brush->alone ? 0.4 : 0.55), (x + y) & 7);
        continue;
      }
      double size = value < 0 ? -value : value;
      double share = brush->max > 0 ? (brush->magnitude ? size : value) / brush->max : 0;
      int hidden = share < brush->threshold;
      double place = ((brush->absolute ? size : value) - brush->min) / brush->extent * 256;
      int color = brush->max > 0 && !hidden ? 3 * (!(place > 0) ? 0 : place < 255 ? (int)place : 255) : brush->nothing;
      if (brush->alone) {
        for (int c = 0; c < 3; c++) pixel[c] = brush->levels[color + c];
        continue;
      }
      double strength = (share - 0.1) / 0.5;
      double alpha = hidden ? 0 : brush->opacity * (strength < 0 ? 0 : strength < 1 ? strength : 1);
      for (int c = 0; c < 3; c++) {
        double base = 0.7 * (grey + 0.45 * (pixel[c] - grey));
        pixel[c] = from_linear(to_linear(base, light) * (1 - alpha) + brush->lights[color + c] * alpha, light);
      }
    }
}
