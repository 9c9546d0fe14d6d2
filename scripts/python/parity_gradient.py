"""Writes test/fixtures/parity/gradient.json: what Captum answers on the networks F1 to F3. It tests nothing.

    python scripts/python/parity_gradient.py

The networks are those of fixture_nets.py, in float64; the picture (parity/picture.npy, uint8 [16, 16, 3]) is fed as values from 0
to 1. Where Captum draws random numbers it is given Fovea's (philox.py), so that its arithmetic is compared, not its luck. Captum
keeps colours and channels apart: `max` and `sum` below make its tensors one plane.
"""

import json
from pathlib import Path
from unittest import mock

import captum
import captum.attr as ca
import numpy as np
import torch

import fixture_nets
import philox

TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"
SEED, SAMPLES, NOISE = 3, 5, 0.2
BLACK = 0.0
BACKGROUND = ["black", "white", "mirrored"]


def largest(t):
    return t.abs().amax(1)


def total(t):
    return t.sum(1)


def noise_tunnel(kind):
    """NoiseTunnel over the signed gradient, with Fovea's noise."""

    def attribute(net, x, target):
        noise = torch.tensor([philox.normals(SEED, i, x[0].numel()) for i in range(SAMPLES)], dtype=torch.float64)
        drawn = lambda mean, std: std * noise.reshape(std.shape)  # noqa: E731
        with mock.patch("torch.normal", drawn):
            tunnel = ca.NoiseTunnel(ca.Saliency(net))
            return tunnel.attribute(
                x, nt_type=kind, nt_samples=SAMPLES, stdevs=NOISE, target=target, abs=False
            )

    return attribute


def shap(net, x, target):
    draws = [philox.uniforms(SEED, i, 2) for i in range(SAMPLES)]
    background = torch.stack([torch.full_like(x[0], 0.0), torch.full_like(x[0], 1.0), x[0].flip(2)])
    choice = np.array([int(u * 3) for u, _ in draws])
    with (
        mock.patch("numpy.random.choice", lambda *_: choice),
        mock.patch("numpy.random.uniform", lambda *_: np.array([a for _, a in draws])),
    ):
        return ca.GradientShap(net).attribute(x, background, n_samples=SAMPLES, stdevs=0.0, target=target)


def integrated(method, steps):
    return lambda net, x, target: ca.IntegratedGradients(net).attribute(x, BLACK, target, method=method, n_steps=steps)


# Fovea's method, its options beyond `--like captum`, how colours are reduced, and Captum's call.
IMAGE = [
    ("saliency", {}, largest, lambda net, x, t: ca.Saliency(net).attribute(x, t)),
    ("input-x-gradient", {}, total, lambda net, x, t: ca.InputXGradient(net).attribute(x, t)),
    ("integrated-gradients", {}, total, integrated("gausslegendre", 50)),
    ("integrated-gradients", {"quadrature": "right", "steps": 20}, total, integrated("riemann_right", 20)),
    ("integrated-gradients", {"quadrature": "left", "steps": 20}, total, integrated("riemann_left", 20)),
    ("integrated-gradients", {"quadrature": "midpoint", "steps": 20}, total, integrated("riemann_middle", 20)),
    ("expected-gradients", {"seed": SEED}, total, shap),
    ("smooth-grad", {"noise": NOISE, "seed": SEED}, largest, noise_tunnel("smoothgrad")),
    ("smooth-grad-squared", {"noise": NOISE, "seed": SEED}, largest, noise_tunnel("smoothgrad_sq")),
    ("var-grad", {"noise": NOISE, "seed": SEED}, largest, noise_tunnel("vargrad")),
]
LAYER = [
    ("gradient-x-activation", {}, lambda n, l, x, t: ca.LayerGradientXActivation(n, l).attribute(x, t)),
    ("internal-influence", {}, lambda n, l, x, t: ca.InternalInfluence(n, l).attribute(x, BLACK, t, n_steps=50)),
    ("conductance", {}, lambda n, l, x, t: ca.LayerConductance(n, l).attribute(x, BLACK, t, n_steps=50)),
]


def plane(t):
    return {"height": t.shape[1], "width": t.shape[2], "map": [float(f"{v:.8g}") for v in t.flatten().tolist()]}


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(12).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.save(TARGET / "picture.npy", pixels)
    x = torch.tensor(pixels.transpose(2, 0, 1)[None] / 255.0, dtype=torch.float64)
    rows = []
    for net in fixture_nets.nets():
        if net.id not in ("f1", "f2", "f3"):
            continue
        model, target = net.model.double(), net.classes[0]
        common = {"net": f"{net.id}-torchscript-17.onnx", "class": target}
        for method, options, reduce, attribute in IMAGE:
            made = reduce(attribute(model, x, target).detach())
            pictures = {"background": BACKGROUND} if method == "expected-gradients" else {}
            rows.append({"method": method, "options": options, **common, "pictures": pictures, **plane(made)})
        for method, options, attribute in LAYER:
            made = total(attribute(model, net.layer, x, target).detach())
            rows.append({"method": method, "options": options, **common, "atLayer": True, **plane(made)})
    page = {
        "family": "gradient",
        "peer": "captum",
        "version": f"Captum {captum.__version__}, PyTorch {torch.__version__.split('+')[0]}, float64",
        "script": "scripts/python/parity_gradient.py",
        "rows": rows,
    }
    text = json.dumps(page).replace('{"method"', '\n{"method"')
    (TARGET / "gradient.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
