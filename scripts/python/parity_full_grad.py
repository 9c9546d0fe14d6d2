"""Writes test/fixtures/parity/full-grad.json: what pytorch-grad-cam's FullGrad answers on F1 to F3. It tests nothing.

    python scripts/python/parity_full_grad.py

The picture is that of parity_gradient.py. The peer brings the sum to the range from 0 to 1; `unitRange` asks the same of Fovea's map.
It divides each channel by its range plus 1e-7, which is felt where gradients are small (2e-3 of F1's map, where a channel's range
is 4e-6), so each network is asked twice: as the peer is, and with that number taken away.
"""

import contextlib
import json
import os
from importlib.metadata import version
from unittest import mock

import cv2
import numpy as np
import torch
from pytorch_grad_cam import FullGrad
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

import fixture_nets
from parity_gradient import TARGET


def without_epsilon(cam, target_size=None):
    """The peer's scale_cam_image, from what it does, without the 1e-7."""
    scaled = []
    for image in cam:
        image = np.float32(image - np.min(image))
        image = image / (np.max(image) or 1)
        scaled.append(image if target_size is None else cv2.resize(image, target_size))
    return np.float32(scaled)


def answer(net, x):
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return FullGrad(net.model, [net.layer])(x, [ClassifierOutputTarget(net.classes[0])])[0]


def patched(net, x):
    with (
        mock.patch("pytorch_grad_cam.fullgrad_cam.scale_cam_image", without_epsilon),
        mock.patch("pytorch_grad_cam.utils.image.scale_cam_image", without_epsilon),
    ):
        return answer(net, x)


VARIANTS = [
    (answer, {"bound": 3e-3, "note": "the peer adds 1e-7 to each channel's range"}),
    (patched, {"note": "without those 1e-7"}),
]


def main():
    pixels = np.load(TARGET / "picture.npy")
    x = torch.tensor(pixels.transpose(2, 0, 1)[None] / 255.0, dtype=torch.float32)
    rows = []
    for net in fixture_nets.nets():
        if net.id not in ("f1", "f2", "f3"):
            continue
        for ask, more in VARIANTS:
            made = ask(net, x)
            rows.append(
                {
                    "method": "full-grad",
                    "options": {},
                    **more,
                    "net": f"{net.id}-torchscript-17.onnx",
                    "class": net.classes[0],
                    "unitRange": True,
                    "height": 16,
                    "width": 16,
                    "map": [float(f"{v:.8g}") for v in made.flatten().tolist()],
                }
            )
    page = {
        "family": "gradient",
        "peer": "pytorch-grad-cam",
        "version": f"pytorch-grad-cam {version('grad-cam')}, float32",
        "script": "scripts/python/parity_full_grad.py",
        "rows": rows,
    }
    text = json.dumps(page).replace('{"method"', '\n{"method"')
    (TARGET / "full-grad.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
