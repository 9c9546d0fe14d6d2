"""Slow twins of the fixation metrics and of spectral residual, written from their definitions in NumPy float64.

    python3 scripts/features/saliency-twins.py     (NumPy and SciPy; writes test/features/*/fixtures/twins.json)
"""

import base64
import json
import pathlib

import numpy as np
from scipy import ndimage

root = pathlib.Path(__file__).resolve().parents[2] / "test" / "features"
rng = np.random.RandomState(20)


def pack(array, kind="<f4"):
    return base64.b64encode(np.ascontiguousarray(array.astype(kind)).tobytes()).decode()


def write(folder, content):
    path = root / folder / "fixtures" / "twins.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"made by": "scripts/features/saliency-twins.py", "numpy": np.__version__}
    path.write_text(json.dumps({**head, **content}, indent=1) + "\n")


def normalized(p):
    return p / p.sum()


def auc_judd(s, fixations):
    values = np.array([s[y, x] for x, y in fixations])
    thresholds = np.concatenate([[s.max() + 1], np.sort(values)[::-1], [s.min()]])
    tpr = [(values >= t).mean() for t in thresholds]
    fpr = [(s >= t).mean() for t in thresholds]
    return np.trapezoid(tpr, fpr) if hasattr(np, "trapezoid") else np.trapz(tpr, fpr)


def shuffled_auc(s, fixations, others):
    total = 0.0
    for x, y in fixations:
        for u, v in others:
            total += 1.0 if s[y, x] > s[v, u] else 0.5 if s[y, x] == s[v, u] else 0.0
    return total / (len(fixations) * len(others))


def fixation_metrics():
    height, width, eps = 16, 24, 2.2204e-16
    # Few levels, so that ties occur; float32 like the input.
    s = np.round(ndimage.gaussian_filter(rng.rand(height, width), 1.5) * 60).astype(np.float32).astype(float)
    q = np.float32(ndimage.gaussian_filter(rng.rand(height, width) ** 6, 2)).astype(float)
    b = np.float32(rng.rand(height, width) + 0.2).astype(float)
    draw = lambda n: [(int(rng.randint(width)), int(rng.randint(height))) for _ in range(n)]
    fixations, others = draw(11), draw(17)
    p, d, base = normalized(s), normalized(q), normalized(b)
    z = (s - s.mean()) / s.std()
    return {
        "width": width,
        "height": height,
        "map": pack(s),
        "density": pack(q),
        "baseline": pack(b),
        "fixations": fixations,
        "others": others,
        "nss": float(np.mean([z[y, x] for x, y in fixations])),
        "cc": float(np.corrcoef(s.ravel(), q.ravel())[0, 1]),
        "sim": float(np.minimum(p, d).sum()),
        "kl": float((d * np.log(eps + d / (p + eps))).sum()),
        "aucJudd": float(auc_judd(s, fixations)),
        "shuffledAuc": float(shuffled_auc(s, fixations, others)),
        "informationGain": float(np.mean([np.log2(p[y, x] + eps) - np.log2(base[y, x] + eps) for x, y in fixations])),
    }


def spectral_residual():
    height, width = 48, 64
    grey = ndimage.gaussian_filter(rng.rand(height, width), 1.2)
    grey[18:25, 40:50] += 0.3
    grey = np.round(255 * (grey - grey.min()) / (grey.max() - grey.min())).astype(np.uint8)
    spectrum = np.fft.fft2(grey.astype(float))
    logs = np.log(np.abs(spectrum))
    residual = logs - ndimage.uniform_filter(logs, 3, mode="wrap")
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    saliency = ndimage.gaussian_filter(back, 2.5, mode="constant")
    return {
        "width": width,
        "height": height,
        "grey": pack(grey, "u1"),
        "residual": pack(residual),
        "saliency": pack(saliency / saliency.max()),
    }


write("fixation-metrics", fixation_metrics())
write("spectral-residual", spectral_residual())
