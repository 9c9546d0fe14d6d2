"""Matrix products and reductions."""

import torch

from .case import Case, grid, integers


def products():
    a, b = grid((2, 3, 4), 1), grid((2, 4, 5), 2)
    heads = [grid((1, 2, 3, 4), 1), grid((1, 2, 5, 4), 2)]
    for name, equation, inputs in (
        ("matmul", "bij,bjk->bik", [a, b]),
        ("attention", "bhqd,bhkd->bhqk", heads),
        ("broadcast", "...ij,jk->...ik", [a, grid((4, 2), 2)]),
        ("outer", "i,j->ij", [grid((3,), 1), grid((4,), 2)]),
        ("sum-and-transpose", "bij->ji", [a]),
        ("summed-label", "bij,bik->bj", [a, grid((2, 3, 5), 2)]),
        ("implicit-output", "bij,bjk", [a, b]),
        ("diagonal", "bii->bi", [grid((2, 3, 3), 1)]),
        ("three", "bij,jk,k->bi", [a, grid((4, 2), 2), grid((2,), 3)]),
    ):
        function = lambda *x, equation=equation: torch.einsum(equation, *x)
        yield Case(f"einsum-{name}", "Einsum", inputs, function, {"equation": equation})
    yield Case("matmul-broadcast", "MatMul", [grid((2, 1, 3, 4), 1), grid((3, 4, 2), 2)], torch.matmul)
    yield Case("matmul-vector-right", "MatMul", [a, grid((4,), 2)], torch.matmul)
    yield Case("matmul-vector-left", "MatMul", [grid((4,), 1), b], torch.matmul)
    yield Case("gemm", "Gemm", [grid((3, 4), 1), grid((4, 2), 2), grid((2,), 3)], lambda a, b, c: a @ b + c)
    attributes = {"alpha": 0.5, "beta": 2.0, "transA": 1, "transB": 1}
    yield Case(
        "gemm-transposed",
        "Gemm",
        [grid((4, 3), 1), grid((2, 4), 2), grid((3, 1), 3)],
        lambda a, b, c: 0.5 * a.T @ b.T + 2 * c,
        attributes,
    )
    yield Case("gemm-scalar-c", "Gemm", [grid((3, 4), 1), grid((4, 2), 2), grid((), 3)], lambda a, b, c: a @ b + c)


def reductions():
    x = grid((2, 3, 4), 1)
    for op, f in (
        ("Mean", torch.mean),
        ("Sum", torch.sum),
        ("Max", torch.amax),
        ("Min", torch.amin),
        ("LogSumExp", torch.logsumexp),
        ("L1", lambda x, d, keepdim: x.abs().sum(d, keepdim)),
        ("L2", lambda x, d, keepdim: x.norm(2, d, keepdim)),
        ("SumSquare", lambda x, d, keepdim: (x * x).sum(d, keepdim)),
    ):
        for axes, keep in (((1, 2), True), ((-2,), False)):
            name = f"reduce-{op.lower()}-{'keep' if keep else 'drop'}"
            function = lambda x, _a, f=f, axes=axes, keep=keep: f(x, axes, keepdim=keep)
            yield Case(name, f"Reduce{op}", [x, integers(axes)], function, {"keepdims": int(keep)})
    yield Case(
        "reduce-prod",
        "ReduceProd",
        [grid((2, 3, 2), 1, low=0.5), integers([1])],
        lambda x, _a: x.prod(1, True),
        {"keepdims": 1},
    )
    yield Case("reduce-sum-all", "ReduceSum", [x], lambda x: x.sum(), {"keepdims": 0})
