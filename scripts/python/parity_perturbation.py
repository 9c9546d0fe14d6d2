"""Writes test/fixtures/parity/perturbation.json: what Captum answers on the networks F1 to F3. It tests nothing.

    python scripts/python/parity_perturbation.py

Networks, picture and form are those of parity_gradient.py. The regions are 3 x 3 squares (`--groups grid --segments 9`), few enough
for all 512 coalitions: Captum is given them one after another instead of random ones, so that its arithmetic is compared. Of fewer
samples it is given those that Fovea draws (philox.py).
"""

import itertools
import json
from math import comb, factorial

import captum
import captum.attr as ca
import numpy as np
import torch
from captum._utils.models.linear_model import SkLearnLasso, SkLearnLinearRegression, SkLearnRidge
from captum.attr._core.lime import get_exp_kernel_similarity_function

import fixture_nets
import philox
from parity_gradient import TARGET, plane

P = 9
MASK = torch.tensor([[3 * (y * 3 // 16) + x * 3 // 16 for x in range(16)] for y in range(16)])[None, None]
GRID = {"groups": "grid", "segments": P}
OCCLUSIONS = [(5, 3), (4, 4), (7, 2)]


def one(t):
    """Captum gives the same number to the three colours of a region."""
    return t[:, 0]


def occlusion(window, stride):
    # Captum divides by how often a pixel was covered.
    return lambda net, x, t: ca.Occlusion(net).attribute(x, (3, window, window), (3, stride, stride), baselines=0, target=t)


def ablation(net, x, t):
    return ca.FeatureAblation(net).attribute(x, baselines=0, target=t, feature_mask=MASK)


def shapley(net, x, t):
    """The Shapley value from its definition: Captum's ShapleyValues walks 9! orders, so it is summed over coalitions here."""
    values = {}
    for bits in itertools.product((0, 1), repeat=P):
        shown = torch.tensor(bits, dtype=torch.float64)[MASK]
        values[bits] = net(x * shown)[0, t].item()
    phi = [0.0] * P
    for bits, value in values.items():
        s = sum(bits)
        for i in range(P):
            if bits[i]:
                phi[i] += factorial(s - 1) * factorial(P - s) / factorial(P) * value
            else:
                phi[i] -= factorial(s) * factorial(P - s - 1) / factorial(P) * value
    return torch.tensor(phi, dtype=torch.float64)[MASK]


def kernel_shap(net, x, t):
    """Captum's KernelShap with every coalition once, weighed by the kernel that it draws with otherwise."""
    coalitions = EVERY

    def weight(_original, _perturbed, bits, **_):
        s = int(bits.sum())
        return torch.tensor(1e6 if s in (0, P) else (P - 1) / (comb(P, s) * s * (P - s)), dtype=torch.float64)

    lime = ca.Lime(net, SkLearnLinearRegression(), weight, given(coalitions))
    return lime.attribute(x, baselines=0, target=t, feature_mask=MASK, n_samples=len(coalitions))


def drawn_kernel_shap(net, x, t):
    """Captum's KernelShap itself, which draws its coalitions by the kernel: given those that Fovea draws so, and the two ends."""
    explainer = ca.KernelShap(net)
    explainer.perturb_func = given([(1,) * P, (0,) * P, *DRAWN_BY_KERNEL])
    return explainer.attribute(x, baselines=0, target=t, feature_mask=MASK, n_samples=2 + len(DRAWN_BY_KERNEL))


def by_shapley_kernel(seed, i):
    """Sizes by 1 / (s (P - s)), in pairs of a coalition and its complement."""
    pair, masses = i // 2, [1 / (s * (P - s)) for s in range(1, P)]
    numbers = philox.uniforms(seed, pair + 1, P + 1)
    left, size = numbers[P] * sum(masses), 1
    while size < P - 1 and left >= masses[size - 1]:
        left, size = left - masses[size - 1], size + 1
    order = list(range(P))
    for k in range(P - 1, 0, -1):
        other = int(numbers[k] * (k + 1))
        order[k], order[other] = order[other], order[k]
    members = set(order[:size])
    return tuple(int((k in members) == (i % 2 == 0)) for k in range(P))


EVERY = list(itertools.product((0, 1), repeat=P))
# The image itself is LIME's first sample.
DRAWN = [(1,) * P] + [tuple(int(u < 0.5) for u in philox.uniforms(1, i + 1, P)) for i in range(1, 60)]
DRAWN_BY_KERNEL = [by_shapley_kernel(1, i) for i in range(60)]


def given(coalitions):
    order = itertools.cycle(coalitions)

    def perturb(_original, **_):
        return torch.tensor([next(order)], dtype=torch.long)

    return perturb


def lime(model, coalitions):
    def attribute(net, x, t):
        near = get_exp_kernel_similarity_function("cosine", kernel_width=1.0)
        explainer = ca.Lime(net, model, near, given(coalitions))
        return explainer.attribute(x, baselines=0, target=t, feature_mask=MASK, n_samples=len(coalitions))

    return attribute


def rows_of(net):
    image = [("occlusion", {"window": w, "stride": s}, occlusion(w, s), 1e-4) for w, s in OCCLUSIONS]
    every_one = {**GRID, "samples": 512}
    sixty = {**GRID, "samples": 60, "seed": 1}
    return [
        *image,
        ("feature-ablation", GRID, ablation, 1e-4),
        ("kernel-shap", every_one, shapley, 1e-4),
        # 1e6 on the empty and the full sample is nearly, not quite, a constraint: Captum is off by about 1e-6 of the sum.
        ("kernel-shap", every_one, kernel_shap, 1e-4),
        ("kernel-shap", sixty, drawn_kernel_shap, 1e-4),
        ("lime", {**every_one, "alpha": 0.001}, lime(SkLearnLasso(alpha=0.001), EVERY), 1e-4),
        ("lime", {**every_one, "penalty": "ridge", "alpha": 1}, lime(SkLearnRidge(alpha=1), EVERY), 1e-4),
        ("lime", sixty, lime(SkLearnLasso(alpha=0.01), DRAWN), 1e-4),
        ("lime", {**sixty, "penalty": "ridge", "alpha": 1}, lime(SkLearnRidge(alpha=1), DRAWN), 1e-4),
    ]


def main():
    pixels = np.load(TARGET / "picture.npy")
    x = torch.tensor(pixels.transpose(2, 0, 1)[None] / 255.0, dtype=torch.float64)
    rows = []
    for net in fixture_nets.nets():
        if net.id not in ("f1", "f2", "f3"):
            continue
        model, target = net.model.double(), net.classes[0]
        common = {"net": f"{net.id}-torchscript-17.onnx", "class": target}
        for method, options, attribute, bound in rows_of(net):
            with torch.no_grad():
                made = one(attribute(model, x, target)).detach()
            rows.append({"method": method, "options": options, **common, "bound": bound, **plane(made)})
            print(net.id, method, options, made.abs().max().item())
    page = {
        "family": "perturbation",
        "peer": "captum",
        "version": f"Captum {captum.__version__}, PyTorch {torch.__version__.split('+')[0]}, float64",
        "script": "scripts/python/parity_perturbation.py",
        "rows": rows,
    }
    text = json.dumps(page).replace('{"method"', '\n{"method"')
    (TARGET / "perturbation.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
