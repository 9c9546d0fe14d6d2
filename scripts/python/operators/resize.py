"""Resize in every mode that PyTorch has as well."""

from functools import partial

import torch
import torch.nn.functional as F

from .case import Case, grid


def triangle(n, m):
    """Antialiased linear resampling n -> m as a matrix, with the edge repeated: ONNX's exclude_outside=0. (PyTorch and
    Pillow leave out what lies outside: exclude_outside=1.)"""
    step, weights = n / m, torch.zeros(m, n, dtype=torch.float64)
    for i in range(m):
        for j in range(-n, 2 * n):
            weights[i, min(max(j, 0), n - 1)] += max(0.0, 1 - abs((j + 0.5) / step - (i + 0.5)))
    return weights / weights.sum(1, keepdim=True)


def triangle_resize(x, _roi, _scales, sizes):
    return triangle(x.shape[2], int(sizes[2])) @ x @ triangle(x.shape[3], int(sizes[3])).T


def resizes():
    x = grid((1, 2, 5, 4), 1)
    big = grid((1, 2, 9, 8), 1)
    shape = partial(torch.tensor, dtype=torch.int64)
    up, down, odd = [1, 2, 10, 8], [1, 2, 4, 3], [1, 2, 7, 9]
    half, corners = (
        {"coordinate_transformation_mode": "half_pixel"},
        {"coordinate_transformation_mode": "align_corners"},
    )
    floor = {"coordinate_transformation_mode": "asymmetric", "mode": "nearest", "nearest_mode": "floor"}
    exact = {**half, "mode": "nearest", "nearest_mode": "round_prefer_ceil"}
    linear, cubic = {"mode": "linear"}, {"mode": "cubic", "cubic_coeff_a": -0.75}
    rows = [
        ("linear-up", x, up, {**linear, **half}, {"mode": "bilinear"}),
        ("linear-odd", x, odd, {**linear, **half}, {"mode": "bilinear"}),
        ("linear-down", big, down, {**linear, **half}, {"mode": "bilinear"}),
        ("linear-align-corners", x, odd, {**linear, **corners}, {"mode": "bilinear", "align_corners": True}),
        (
            "linear-pytorch-half-pixel",
            x,
            odd,
            {**linear, "coordinate_transformation_mode": "pytorch_half_pixel"},
            {"mode": "bilinear"},
        ),
        (
            "linear-antialias",
            big,
            down,
            {**linear, **half, "antialias": 1, "exclude_outside": 1},
            {"mode": "bilinear", "antialias": True},
        ),
        ("nearest-floor-up", x, up, floor, {"mode": "nearest"}),
        ("nearest-floor-odd", x, odd, floor, {"mode": "nearest"}),
        ("nearest-floor-down", big, down, floor, {"mode": "nearest"}),
        ("nearest-exact", x, odd, exact, {"mode": "nearest-exact"}),
        ("cubic-up", x, up, {**cubic, **half}, {"mode": "bicubic"}),
        ("cubic-odd", x, odd, {**cubic, **half}, {"mode": "bicubic"}),
        ("cubic-down", big, down, {**cubic, **half}, {"mode": "bicubic"}),
        ("cubic-align-corners", x, odd, {**cubic, **corners}, {"mode": "bicubic", "align_corners": True}),
        (
            "cubic-antialias",
            big,
            down,
            {"mode": "cubic", "cubic_coeff_a": -0.5, **half, "antialias": 1, "exclude_outside": 1},
            {"mode": "bicubic", "antialias": True},
        ),
    ]
    for name, image, size, attributes, options in rows:
        function = lambda x, _r, _s, _n, size=size, options=options: F.interpolate(x, size[2:], **options)
        yield Case(f"resize-{name}", "Resize", [image, None, None, shape(size)], function, attributes, wrt=(0,))
    attributes = {**linear, **half, "antialias": 1}
    yield Case(
        "resize-linear-antialias-edge", "Resize", [big, None, None, shape(down)], triangle_resize, attributes, wrt=(0,)
    )
    scales = torch.tensor([1.0, 1.0, 2.0, 3.0], dtype=torch.float64)
    yield Case(
        "resize-nearest-scales",
        "Resize",
        [x, None, scales],
        lambda x, _r, _s: F.interpolate(x, scale_factor=(2, 3)),
        floor,
        wrt=(0,),
    )
    yield Case(
        "resize-linear-scales",
        "Resize",
        [x, None, scales],
        lambda x, _r, _s: F.interpolate(x, scale_factor=(2, 3), mode="bilinear"),
        {**linear, **half},
        wrt=(0,),
    )
