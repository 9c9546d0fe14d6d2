"""Writes src/image/colormap/tables.ts: matplotlib's colour maps as 256 RGB triples each. Needs matplotlib and numpy."""

import base64, pathlib

import matplotlib
import numpy as np

names = ["viridis", "inferno", "magma", "plasma", "cividis", "turbo", "gray", "RdBu", "coolwarm", "seismic", "jet"]
source = {"RdBu": "RdBu_r"}  # blue is negative, red is positive
rows = []
for name in names:
    table = matplotlib.colormaps[source.get(name, name)](np.arange(256))[:, :3]
    rows.append(f"  {name}:\n    '{base64.b64encode(np.round(table * 255).astype(np.uint8).tobytes()).decode()}',\n")
head = "/** 256 RGB triples a map, base64; written by scripts/image/colormaps.py from matplotlib (licences in NOTICE). */\n\n"
out = pathlib.Path(__file__).parents[2] / "src/image/colormap/tables.ts"
out.write_text(head + "export const tables = {\n" + "".join(rows) + "} as const\n")
