"""What a case of operators.json is, and the random inputs of all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F


@dataclass
class Case:
    """An ONNX node and the PyTorch expression that is the same function. `wrt` lists the inputs that get a gradient
    (float64 ones only)."""

    name: str
    op: str
    inputs: list
    function: Callable
    attributes: dict = field(default_factory=dict)
    opset: int = 18
    wrt: tuple = (0, 1, 2)


def grid(shape, seed=0, low=None):
    """Random multiples of 1/128 around 0, or from `low` up: all different, none 0, exact in float32 and in text."""
    count = int(torch.Size(shape).numel())
    spread = max(count, 192)
    values = torch.randperm(spread, generator=torch.Generator().manual_seed(seed))[:count].double() - spread // 2
    values = (values + 0.5) / 64
    if low is not None:
        values = values - values.min() + low
    return values.reshape(shape)


def integers(values):
    return torch.tensor(values, dtype=torch.int64)


def pad(x, pads, value=0.0):
    """ONNX pads [begin..., end...] of the spatial axes; negative pads crop."""
    n = len(pads) // 2
    return F.pad(x, [p for i in reversed(range(n)) for p in (pads[i], pads[i + n])], value=value)


def same(x, kernel, stride, dilation, upper):
    """The pads of auto_pad SAME_UPPER (odd one at the end) or SAME_LOWER (odd one at the beginning)."""
    begin, end = [], []
    for size, k, s, d in zip(x.shape[2:], kernel, stride, dilation):
        total = max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
        begin.append(total // 2 if upper else total - total // 2)
        end.append(total - begin[-1])
    return begin + end
