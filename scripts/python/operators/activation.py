"""Activations, at their kinks where they have some, and Softmax."""

from functools import partial

import torch
import torch.nn.functional as F

from .case import Case, grid


def activations():
    x = torch.arange(-10, 11).double() / 2  # -5 to 5 in halves: holds 0, ±1, ±2.5, ±3 exactly
    inner = torch.arange(-10, 11).double() / 4 + 1 / 16
    scalar = partial(torch.tensor, dtype=torch.float64)
    yield Case("relu-at-zero", "Relu", [x], F.relu)
    yield Case("abs-at-zero", "Abs", [x], torch.abs)
    yield Case("clip-edges", "Clip", [x, scalar(-1.0), scalar(2.5)], lambda x, a, b: x.clamp(-1, 2.5), wrt=(0,))
    yield Case("clip-only-min", "Clip", [x, scalar(1.0)], lambda x, a: x.clamp(min=1), wrt=(0,))
    yield Case("clip-only-max", "Clip", [x, None, scalar(1.0)], lambda x, _, b: x.clamp(max=1), wrt=(0,))
    yield Case("clip-relu6", "Clip", [x + 2, scalar(0.0), scalar(6.0)], lambda x, a, b: x.clamp(0, 6), wrt=(0,))
    yield Case("hard-swish", "HardSwish", [inner], F.hardswish)
    yield Case("hard-sigmoid", "HardSigmoid", [inner], lambda x: (0.2 * x + 0.5).clamp(0, 1))
    yield Case(
        "hard-sigmoid-sixth", "HardSigmoid", [inner], lambda x: (x / 6 + 0.5).clamp(0, 1), {"alpha": 1 / 6, "beta": 0.5}
    )
    yield Case("leaky-relu", "LeakyRelu", [x], lambda x: F.leaky_relu(x, 0.125), {"alpha": 0.125})
    yield Case("elu", "Elu", [inner], lambda x: F.elu(x, 1.5), {"alpha": 1.5})
    yield Case("celu", "Celu", [inner], lambda x: F.celu(x, 2.0), {"alpha": 2.0})
    yield Case("selu", "Selu", [inner], F.selu)
    yield Case("thresholded-relu", "ThresholdedRelu", [inner], lambda x: F.threshold(x, 1.0, 0.0), {"alpha": 1.0})
    yield Case("softplus", "Softplus", [x], F.softplus)
    yield Case("softsign", "Softsign", [inner], F.softsign)
    yield Case("mish", "Mish", [x], F.mish)
    yield Case("erf", "Erf", [x], torch.erf)
    yield Case("gelu", "Gelu", [x], F.gelu, opset=20)
    yield Case("gelu-tanh", "Gelu", [x], lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}, 20)
    image = grid((2, 3, 2, 4), 1)
    yield Case("prelu-channel", "PRelu", [image, grid((3, 1, 1), 2)], lambda x, s: torch.where(x >= 0, x, s * x))
    for axis in (-1, 1, 0):
        yield Case(f"softmax-axis-{axis}", "Softmax", [image], partial(torch.softmax, dim=axis), {"axis": axis})
        yield Case(
            f"log-softmax-axis-{axis}", "LogSoftmax", [image], partial(torch.log_softmax, dim=axis), {"axis": axis}
        )
