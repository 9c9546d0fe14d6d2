"""Conv and ConvTranspose."""

from functools import partial

import torch.nn.functional as F

from .case import Case, grid, pad, same


def convolve(x, w, b=None, *, pads=None, strides=None, dilations=None, group=1, auto_pad=None):
    n = x.dim() - 2
    strides, dilations = strides or [1] * n, dilations or [1] * n
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        pads = same(x, w.shape[2:], strides, dilations, auto_pad == "SAME_UPPER")
    x = pad(x, pads or [0] * 2 * n)
    return (F.conv1d, F.conv2d, F.conv3d)[n - 1](x, w, b, strides, 0, dilations, group)


def convolve_transposed(x, w, b=None, *, pads=None, strides=None, dilations=None, group=1, output_padding=None):
    n = x.dim() - 2
    extra = output_padding or [0] * n
    y = (F.conv_transpose1d, F.conv_transpose2d)[n - 1](x, w, b, strides or 1, 0, 0, group, dilations or 1)
    if any(extra):
        bias = 0 if b is None else b.reshape(1, -1, *[1] * n)
        y = pad(y - bias, [0] * n + extra) + bias
    return pad(y, [-p for p in pads or [0] * 2 * n])


def convolutions():
    rows = [
        ("plain", (2, 3, 5, 6), (4, 3, 3, 3), {}),
        ("stride-2-pad-1", (2, 2, 6, 7), (3, 2, 3, 3), {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
        ("stride-3-leftover", (1, 2, 9, 8), (2, 2, 2, 2), {"strides": [3, 3]}),
        ("group", (2, 4, 5, 5), (6, 2, 3, 3), {"group": 2, "pads": [1, 1, 1, 1]}),
        ("depthwise", (2, 3, 6, 6), (6, 1, 3, 3), {"group": 3, "strides": [2, 2], "pads": [1, 1, 1, 1]}),
        ("dilation", (1, 2, 8, 8), (2, 2, 3, 3), {"dilations": [2, 2], "pads": [2, 2, 2, 2]}),
        ("dilation-stride", (1, 2, 9, 8), (2, 2, 3, 2), {"dilations": [2, 3], "strides": [2, 2], "pads": [1, 0, 2, 1]}),
        ("asymmetric-pads", (1, 2, 6, 5), (2, 2, 3, 3), {"pads": [0, 2, 1, 0], "strides": [2, 1]}),
        ("asymmetric-stride", (1, 2, 7, 8), (3, 2, 3, 2), {"strides": [1, 3]}),
        ("same-upper", (1, 2, 7, 6), (2, 2, 3, 3), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
        ("same-upper-even-kernel", (1, 2, 5, 5), (2, 2, 2, 4), {"auto_pad": "SAME_UPPER"}),
        ("same-lower", (1, 2, 7, 6), (2, 2, 3, 4), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
        ("valid", (1, 2, 5, 5), (2, 2, 3, 3), {"auto_pad": "VALID", "strides": [2, 2]}),
        ("1d", (2, 3, 9), (4, 3, 3), {"pads": [1, 0], "strides": [2]}),
        ("3d", (1, 2, 4, 4, 3), (2, 2, 2, 2, 2), {"strides": [2, 1, 1], "pads": [0, 1, 0, 0, 0, 1]}),
    ]
    for name, x, w, attributes in rows:
        inputs = [grid(x, 1), grid(w, 2), grid((w[0],), 3)]
        yield Case(f"conv-{name}", "Conv", inputs, partial(convolve, **attributes), attributes)
    yield Case("conv-no-bias", "Conv", [grid((1, 2, 4, 4), 1), grid((2, 2, 3, 3), 2)], convolve)
    rows = [
        ("plain", (2, 3, 3, 4), (3, 2, 3, 3), {}),
        ("stride-2-pad", (1, 2, 4, 3), (2, 3, 3, 3), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        (
            "output-padding",
            (1, 2, 4, 3),
            (2, 3, 3, 3),
            {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]},
        ),
        ("group", (1, 4, 3, 3), (4, 2, 2, 2), {"group": 2, "strides": [2, 2]}),
        ("dilation", (1, 2, 4, 4), (2, 2, 3, 3), {"dilations": [2, 2], "pads": [1, 0, 0, 2]}),
        ("1d", (2, 3, 5), (3, 2, 4), {"strides": [3], "pads": [1, 2]}),
    ]
    for name, x, w, attributes in rows:
        inputs = [grid(x, 1), grid(w, 2), grid((w[1] * attributes.get("group", 1),), 3)]
        yield Case(
            f"conv-transpose-{name}", "ConvTranspose", inputs, partial(convolve_transposed, **attributes), attributes
        )
