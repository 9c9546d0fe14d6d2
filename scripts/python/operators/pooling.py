"""The pools: windows that overlap, leave gaps, reach into padding, or tie."""

from functools import partial

import torch
import torch.nn.functional as F

from .case import Case, grid, pad, same


def ceil_pads(x, kernel, pads, strides, dilations):
    """How far the last window of ceil_mode reaches past the end; a window may not begin in the end padding."""
    n, extra = len(kernel), []
    for i, (k, s, d) in enumerate(zip(kernel, strides, dilations)):
        size = x.shape[2 + i] + pads[i] + pads[i + n]
        windows = -(-(size - d * (k - 1) - 1) // s) + 1
        if (windows - 1) * s >= x.shape[2 + i] + pads[i]:
            windows -= 1
        extra.append(max((windows - 1) * s + d * (k - 1) + 1 - size, 0))
    return extra


def max_pool(x, *, kernel_shape, pads=None, strides=None, dilations=None, ceil_mode=0, auto_pad=None):
    n = len(kernel_shape)
    strides, dilations, pads = strides or [1] * n, dilations or [1] * n, list(pads or [0] * 2 * n)
    if auto_pad:
        pads = same(x, kernel_shape, strides, dilations, auto_pad == "SAME_UPPER")
    if ceil_mode:
        pads = pads[:n] + [p + e for p, e in zip(pads[n:], ceil_pads(x, kernel_shape, pads, strides, dilations))]
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[n - 1]
    return pool(pad(x, pads, -torch.inf), kernel_shape, strides, 0, dilations)


def average_pool(x, *, kernel_shape, pads=None, strides=None, ceil_mode=0, count_include_pad=0, auto_pad=None):
    """Sum over the window divided by its number of counted cells: real ones, or real and padded ones. What ceil_mode
    adds beyond the padding is never counted."""
    n = len(kernel_shape)
    strides, pads = strides or [1] * n, list(pads or [0] * 2 * n)
    if auto_pad:
        pads = same(x, kernel_shape, strides, [1] * n, auto_pad == "SAME_UPPER")
    extra = [0] * n + (ceil_pads(x, kernel_shape, pads, strides, [1] * n) if ceil_mode else [0] * n)
    pool = partial((F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[n - 1], kernel_size=kernel_shape, stride=strides)
    counted = pad(pad(torch.ones_like(x), pads, float(count_include_pad)), extra)
    return pool(pad(pad(x, pads), extra)) / pool(counted)


def lp_pool(x, *, kernel_shape, p=2, strides=None):
    windows = x.abs().pow(p).unfold(2, kernel_shape[0], strides[0]).unfold(3, kernel_shape[1], strides[1])
    return windows.sum((-2, -1)).pow(1 / p)


def pools():
    x = (2, 3, 7, 6)
    ties = torch.tensor([0.0, 1.0, 2.0]).double()[
        torch.randint(0, 3, (2, 2, 6, 6), generator=torch.Generator().manual_seed(0))
    ]
    rows = [
        ("2-2", x, {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("overlap-3-2", x, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
        ("overlap-3-1", x, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
        ("gaps-2-3", x, {"kernel_shape": [2, 2], "strides": [3, 3]}),
        ("ceil", x, {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
        ("ceil-pads", x, {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
        ("dilation", x, {"kernel_shape": [2, 2], "strides": [2, 1], "dilations": [2, 3]}),
        ("asymmetric-pads", x, {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [0, 1, 2, 0]}),
        ("same-upper", x, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("same-lower", x, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"}),
        ("1d", (2, 3, 8), {"kernel_shape": [3], "strides": [2]}),
        ("3d", (1, 2, 4, 4, 4), {"kernel_shape": [3, 2, 2], "strides": [1, 2, 2]}),
    ]
    for name, shape, attributes in rows:
        yield Case(f"max-pool-{name}", "MaxPool", [grid(shape, 1)], partial(max_pool, **attributes), attributes)
    for name, attributes in (("disjoint", rows[0][2]), ("overlap", rows[1][2])):
        yield Case(f"max-pool-ties-{name}", "MaxPool", [ties], partial(max_pool, **attributes), attributes)
    rows = [
        ("2-2", x, {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("exclude-pad", x, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
        ("include-pad", x, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "count_include_pad": 1}),
        ("asymmetric", x, {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [0, 1, 2, 0]}),
        (
            "asymmetric-include",
            x,
            {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [0, 1, 2, 0], "count_include_pad": 1},
        ),
        ("ceil", x, {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
        ("ceil-pads", x, {"kernel_shape": [2, 2], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
        (
            "ceil-include",
            x,
            {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 1, 0], "ceil_mode": 1, "count_include_pad": 1},
        ),
        ("same-upper", x, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("same-lower", x, {"kernel_shape": [2, 2], "strides": [1, 1], "auto_pad": "SAME_LOWER"}),
        ("1d", (2, 3, 8), {"kernel_shape": [3], "strides": [2], "pads": [1, 1]}),
        ("3d", (1, 2, 4, 4, 4), {"kernel_shape": [2, 2, 2], "strides": [1, 2, 2]}),
    ]
    for name, shape, attributes in rows:
        # ceil_mode with count_include_pad is only defined since opset 19
        opset = 19 if attributes.get("ceil_mode") else 18
        yield Case(
            f"average-pool-{name}",
            "AveragePool",
            [grid(shape, 1)],
            partial(average_pool, **attributes),
            attributes,
            opset,
        )
    small = grid((2, 3, 4, 5), 1)
    yield Case("global-average-pool", "GlobalAveragePool", [small], lambda x: x.mean((2, 3), keepdim=True))
    yield Case("global-max-pool", "GlobalMaxPool", [small], lambda x: x.amax((2, 3), keepdim=True))
    attributes = {"kernel_shape": [2, 3], "p": 2, "strides": [2, 1]}
    yield Case("lp-pool", "LpPool", [small], partial(lp_pool, **attributes), attributes)
