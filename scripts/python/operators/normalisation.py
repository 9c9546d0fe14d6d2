"""The normalisations."""

from functools import partial

import torch.nn.functional as F

from .case import Case, grid


def lrn(x, *, size, alpha=1e-4, beta=0.75, bias=1.0):
    before = (size - 1) // 2
    squares = F.pad(x * x, [0, 0, 0, 0, before, size - 1 - before])
    total = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (bias + alpha / size * total) ** beta


def batch_norm(x, scale, bias, mean, variance):
    return (x - mean) / (variance + 1e-3).sqrt() * scale + bias


def group_norm(x, scale, bias, *, num_groups, epsilon=1e-5, per_group):
    if per_group:
        scale, bias = (v.repeat_interleave(x.shape[1] // num_groups) for v in (scale, bias))
    return F.group_norm(x, num_groups, scale, bias, epsilon)


def normalisations():
    x = grid((2, 6, 3, 4), 1)
    for name, attributes in (
        ("3", {"size": 3, "alpha": 0.5, "beta": 0.75, "bias": 2.0}),
        ("5", {"size": 5, "alpha": 1.5, "beta": 0.5}),
        ("wider-than-channels", {"size": 13, "alpha": 1.0, "beta": 1.0}),
    ):
        yield Case(f"lrn-{name}", "LRN", [x], partial(lrn, **attributes), attributes)
    channel = [grid((6,), 2), grid((6,), 3)]
    statistics = [*channel, grid((6,), 4), grid((6,), 5, low=0.25)]
    yield Case(
        "batch-normalization",
        "BatchNormalization",
        [x, *statistics],
        lambda x, *p: batch_norm(x, *(v[:, None, None] for v in p)),
        {"epsilon": 1e-3},
        wrt=(0, 1, 2, 3, 4),
    )
    yield Case(
        "instance-normalization",
        "InstanceNormalization",
        [x, *channel],
        lambda x, s, b: F.instance_norm(x, weight=s, bias=b),
    )
    last, two = [grid((4,), 2), grid((4,), 3)], [grid((3, 4), 2), grid((3, 4), 3)]
    yield Case(
        "layer-normalization",
        "LayerNormalization",
        [x, *last],
        lambda x, s, b: F.layer_norm(x, (4,), s, b),
        {"axis": -1},
    )
    yield Case(
        "layer-normalization-no-bias",
        "LayerNormalization",
        [x, last[0]],
        lambda x, s: F.layer_norm(x, (4,), s),
        {"axis": -1},
    )
    yield Case(
        "layer-normalization-axis-2",
        "LayerNormalization",
        [x, *two],
        lambda x, s, b: F.layer_norm(x, (3, 4), s, b, 1e-3),
        {"axis": 2, "epsilon": 1e-3},
    )
    groups = [grid((3,), 2), grid((3,), 3)]
    attributes = {"num_groups": 3}
    yield Case(
        "group-normalization",
        "GroupNormalization",
        [x, *groups],
        partial(group_norm, per_group=True, **attributes),
        attributes,
    )
    yield Case(
        "group-normalization-21",
        "GroupNormalization",
        [x, *channel],
        partial(group_norm, per_group=False, **attributes),
        attributes,
        21,
    )
    for p in (1, 2):
        yield Case(
            f"lp-normalization-{p}", "LpNormalization", [x], lambda x, p=p: x / x.norm(p, 1, True), {"p": p, "axis": 1}
        )
    yield Case(
        "mean-variance-normalization",
        "MeanVarianceNormalization",
        [x],
        lambda x: (x - x.mean((0, 2, 3), True)) / (x.var((0, 2, 3), correction=0, keepdim=True).sqrt() + 1e-9),
        {"axes": [0, 2, 3]},
    )
