"""What moves, repeats or picks numbers, and broadcasting."""

import torch
import torch.nn.functional as F

from .case import Case, grid, integers


def movements():
    x = grid((2, 3, 4, 5), 1)
    amounts = integers([0, 0, 1, 2, 0, 0, 2, 1])
    for mode in ("reflect", "edge", "wrap"):
        torch_mode = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}[mode]
        function = lambda x, _p, mode=torch_mode: F.pad(x, [2, 1, 1, 2], mode=mode)
        yield Case(f"pad-{mode}", "Pad", [x, amounts], function, {"mode": mode}, 19 if mode == "wrap" else 18)
    yield Case(
        "pad-constant",
        "Pad",
        [x, amounts, torch.tensor(1.5).double()],
        lambda x, _p, v: F.pad(x, [2, 1, 1, 2], value=1.5),
        wrt=(0,),
    )
    yield Case("pad-negative", "Pad", [x, integers([0, 0, -1, 2, 0, 0, 1, -2])], lambda x, _p: F.pad(x, [2, -2, -1, 1]))
    yield Case(
        "pad-axes",
        "Pad",
        [x, integers([1, 0, 2, 1]), None, integers([-1, 1])],
        lambda x, *_: F.pad(x, [1, 2, 0, 0, 0, 1]),
    )
    picks = integers([[0, -1], [2, 2]])
    yield Case("gather-repeated-negative", "Gather", [x, picks], lambda x, i: x[:, i % 3], {"axis": 1})
    spots = torch.randint(0, 3, (2, 2, 4, 5), generator=torch.Generator().manual_seed(0))
    yield Case("gather-elements", "GatherElements", [x, spots], lambda x, i: x.gather(1, i), {"axis": 1})
    pairs = integers([[0, 1], [1, 2], [0, 1]])
    yield Case("gather-nd", "GatherND", [x, pairs], lambda x, i: x[i[:, 0], i[:, 1]])
    yield Case(
        "slice-steps",
        "Slice",
        [x, integers([3, 0]), integers([-10, 5]), integers([2, 3]), integers([-2, 2])],
        lambda x, *_: x.flip(2)[:, :, ::2, ::2],
    )
    yield Case("concat", "Concat", [x, grid((2, 1, 4, 5), 2)], lambda a, b: torch.cat([a, b], 1), {"axis": 1})
    yield Case("split-uneven", "Split", [x, integers([1, 3])], lambda x, _s: x.split([1, 3], 2), {"axis": 2})
    yield Case("expand", "Expand", [grid((3, 1, 2), 1), integers([2, 1, 4, 1])], lambda x, _s: x.expand(2, 3, 4, 2))
    yield Case("tile", "Tile", [grid((2, 3), 1), integers([2, 3])], lambda x, _r: x.tile(2, 3))
    blocks = grid((1, 8, 2, 3), 1)
    for mode in ("DCR", "CRD"):
        order = (0, 3, 4, 1, 5, 2) if mode == "DCR" else (0, 1, 4, 2, 5, 3)
        view = (1, 2, 2, 2, 2, 3)
        function = lambda x, o=order: x.reshape(view).permute(o).reshape(1, 2, 4, 6)
        yield Case(f"depth-to-space-{mode}", "DepthToSpace", [blocks], function, {"blocksize": 2, "mode": mode})
    yield Case(
        "space-to-depth",
        "SpaceToDepth",
        [grid((1, 2, 4, 6), 1)],
        lambda x: x.reshape(1, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3),
        {"blocksize": 2},
    )
    yield Case(
        "cumsum-exclusive-reverse",
        "CumSum",
        [x, torch.tensor(2)],
        lambda x, _a: F.pad(x.flip(2).cumsum(2).flip(2)[:, :, 1:], [0, 0, 0, 1]),
        {"exclusive": 1, "reverse": 1},
    )
    flags = grid((2, 1, 4, 5), 3) > 0
    yield Case("where-broadcast", "Where", [flags, x, grid((3, 1, 1), 2)], torch.where)
    for name, op, f in (("add", "Add", torch.add), ("mul", "Mul", torch.mul), ("sub", "Sub", torch.sub)):
        yield Case(f"{name}-broadcast", op, [grid((3, 1, 5), 1), grid((2, 1, 4, 1), 2)], f)
    yield Case("div-broadcast", "Div", [x, grid((3, 1, 1), 2, low=0.5)], torch.div)
    yield Case("pow-broadcast", "Pow", [grid((2, 3, 4), 1, low=0.25), grid((4,), 2)], torch.pow)
    yield Case("max-broadcast", "Max", [x, grid((1,), 2), grid((5,), 3)], lambda a, b, c: a.maximum(b).maximum(c))
    yield Case("min-broadcast", "Min", [x, grid((5,), 3)], torch.minimum)
