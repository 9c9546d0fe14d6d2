"""Writes test/fixtures/parity/mask.json and test/fixtures/masks/torchray.json: TorchRay's extremal perturbations. It tests nothing.

    pip install --no-deps torchray==1.0.0.2      # run as a program, to make numbers
    python scripts/python/parity_mask.py

Networks and picture are those of parity_gradient.py; TorchRay computes in float32. On 16 x 16 pixels it is asked for cells 2 pixels apart
that reach 4; its blur of 20 pixels is fixed. Fovea counts in pixels at an input of 224, which is 14 times as many.

Its first mask repeats the same few values at hundreds of pixels, and its sort leaves to chance which of them belong to the area. So
runs of a few steps are given a sort whose equal values share their gradient, as Fovea's do (`shared`). At the end of all steps nothing is
left of that chance: those runs have TorchRay's own sort.
"""

import contextlib
import json
from unittest import mock

import numpy as np
import torch
from torchray.attribution.extremal_perturbation import MaskGenerator, extremal_perturbation

import fixture_nets
from parity_gradient import TARGET, plane

STEP, SIGMA = 2, 4
SCALED = {"step": 14 * STEP, "sigma": 14 * SIGMA, "blur": 14 * 20}


class Shared(torch.autograd.Function):
    """Sorted values; those within 1e-6, float32's rounding, get the mean of their gradients."""

    @staticmethod
    def forward(ctx, values):
        made, order = torch.ops.aten.sort(values, -1)
        groups = torch.cumsum((made.diff(dim=-1, prepend=made[..., :1]) > 1e-6).long(), -1)
        ctx.save_for_backward(order, groups)
        return made

    @staticmethod
    def backward(ctx, gradient):
        order, groups = ctx.saved_tensors
        zeros = torch.zeros_like(gradient)
        mean = zeros.scatter_add(-1, groups, gradient) / zeros.scatter_add(-1, groups, torch.ones_like(gradient)).clamp(1)
        return torch.zeros_like(gradient).scatter(-1, order, mean.gather(-1, groups))


def shared():
    def sort(values, *_args, **_kwargs):
        return Shared.apply(values), None

    both = contextlib.ExitStack()
    both.enter_context(mock.patch("torch.sort", sort))
    both.enter_context(mock.patch("torch.Tensor.sort", sort))
    return both


# Fovea's options beyond `--like torchray`, TorchRay's, whether its own sort decides, networks.
CASES = [
    ({"steps": 20}, {"max_iter": 21}, False, ("f1", "f2", "f3")),
    ({"steps": 20, "flip": False}, {"max_iter": 21, "jitter": False}, False, ("f1", "f2", "f3")),
    ({"steps": 20, "game": "deletion"}, {"max_iter": 21, "variant": "delete"}, False, ("f1", "f2", "f3")),
    ({}, {}, True, ("f1", "f2", "f3")),
]


def generator():
    """Masks of random cells, and of one cell at a corner."""
    rows = []
    for height, width, step, sigma in [(16, 16, 2, 4), (20, 16, 3, 6), (12, 16, 4, 4)]:
        made = MaskGenerator((height, width), step, sigma)
        down, across = made.shape_in
        cells = np.random.default_rng(7).random((down, across)).astype(np.float32)
        picture, points = made.generate(torch.tensor(cells)[None, None])
        sizes = {"height": height, "width": width, "step": step, "sigma": sigma}
        rows.append({**sizes, "cells": flat(cells), "points": flat(points[0, 0]), "picture": flat(picture[0, 0])})
    return rows


def flat(values):
    return [float(f"{v:.9g}") for v in np.asarray(values).ravel().tolist()]


def write(path, page, first):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(page).replace(f'{{"{first}"', f'\n{{"{first}"') + "\n")


def main():
    pixels = np.load(TARGET / "picture.npy")
    x = torch.tensor(pixels.transpose(2, 0, 1)[None] / 255.0, dtype=torch.float32)
    nets = {net.id: net for net in fixture_nets.nets()}
    rows = []
    for own, theirs, sorts, ids in CASES:
        for net in (nets[id] for id in ids):
            with contextlib.nullcontext() if sorts else shared():
                mask, _ = extremal_perturbation(net.model.eval(), x, net.classes[0], step=STEP, sigma=SIGMA, **theirs)
            common = {"net": f"{net.id}-torchscript-17.onnx", "class": net.classes[0]}
            rows.append(
                {
                    "method": "extremal-perturbation",
                    "options": {**SCALED, **own},
                    **common,
                    "note": "its own sort" if sorts else "equal values share",
                    **plane(mask[:, 0]),
                }
            )
            print(net.id, own, sorts, mask.mean().item())
    page = {
        "family": "mask",
        "peer": "torchray",
        "version": f"TorchRay 1.0.0.2, PyTorch {torch.__version__.split('+')[0]}, float32",
        "script": "scripts/python/parity_mask.py",
        "rows": rows,
    }
    write(TARGET / "mask.json", page, "method")
    write(TARGET.parent / "masks" / "torchray.json", generator(), "height")


if __name__ == "__main__":
    main()
