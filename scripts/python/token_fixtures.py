"""Tiny transformers whose evidence sits at one place of the image, as both exporters write them, with PyTorch's Grad-CAM.

    python scripts/python/token_fixtures.py            # writes test/fixtures/tokens/

Channel 0 of a patch is how red it is, and class 0 asks for it; all other weights are small noise. The image is noise with one
red patch. For each model manifest.json has the place of that patch, and the Grad-CAM of class 0 (float64, without ReLU) at the
module named, laid out as a map by the model's own geometry.
"""

import copy
import json
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "tokens"
FORMS = [("torchscript", 17), ("dynamo", 18)]
DIM = 12


class Mlp(nn.Sequential):
    def __init__(self, dim):
        super().__init__(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))


class FusedAttention(nn.Module):
    """Queries, keys and values from one projection, [N, L, C]."""

    def __init__(self, dim, heads=2):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, mask=None):
        n, length, dim = x.shape
        q, k, v = self.qkv(x).reshape(n, length, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) * (dim // self.heads) ** -0.5
        if mask is not None:
            windows = mask.shape[0]
            scores = scores.view(n // windows, windows, self.heads, length, length) + mask[None, :, None]
            scores = scores.view(n, self.heads, length, length)
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, length, dim))


class TorchAttention(nn.Module):
    """PyTorch's own, which puts the tokens first inside."""

    def __init__(self, dim):
        super().__init__()
        self.inner = nn.MultiheadAttention(dim, 2, batch_first=True)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


class Block(nn.Module):
    def __init__(self, dim, attention):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(dim), attention(dim)
        self.norm2, self.mlp = nn.LayerNorm(dim), Mlp(dim)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    """`extra` tokens before those of the patches; the first `read` of them (none: the mean of the patches) are classified."""

    def __init__(self, extra, read, attention, grid=(3, 4), patch=8):
        super().__init__()
        self.extra, self.read = extra, read
        self.embed = nn.Conv2d(3, DIM, patch, patch)
        self.tokens = nn.Parameter(torch.randn(1, extra, DIM)) if extra else None
        self.places = nn.Parameter(0.02 * torch.randn(1, extra + grid[0] * grid[1], DIM))
        self.blocks = nn.Sequential(Block(DIM, attention), Block(DIM, attention))
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, 3)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        if self.tokens is not None:
            x = torch.cat([self.tokens.expand(x.shape[0], -1, -1), x], 1)
        x = self.norm(self.blocks(x + self.places))
        if self.read == 0:
            return self.head(x[:, self.extra :].mean(1))
        return self.head(x[:, : self.read].mean(1) if self.read > 1 else x[:, 0])


class SwinBlock(nn.Module):
    def __init__(self, dim, size, window, shift):
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1, self.attention = nn.LayerNorm(dim), FusedAttention(dim)
        self.norm2, self.mlp = nn.LayerNorm(dim), Mlp(dim)
        self.register_buffer("mask", self.mask_of(size) if shift else None)

    def mask_of(self, size):
        """Positions that meet in a window only because of the shift do not see each other."""
        part = torch.zeros(1, *size, 1)
        for y in (slice(0, -self.window), slice(-self.window, -self.shift), slice(-self.shift, None)):
            for x in (slice(0, -self.window), slice(-self.window, -self.shift), slice(-self.shift, None)):
                part[:, y, x] = part.max() + 1
        part = self.partition(part).squeeze(-1)
        return torch.where(part[:, None] == part[:, :, None], 0.0, -100.0)

    def partition(self, x):
        n, h, w, c = x.shape
        s = self.window
        return x.view(n, h // s, s, w // s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, s * s, c)

    def forward(self, x):
        n, h, w, c = x.shape
        s = self.window
        y = self.norm1(x)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = self.attention(self.partition(y), self.mask)
        y = y.view(n, h // s, w // s, s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        x = x + y
        return x + self.mlp(self.norm2(x))


class Merge(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm, self.reduce = nn.LayerNorm(4 * dim), nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x):
        parts = [x[:, y::2, z::2] for z in (0, 1) for y in (0, 1)]
        return self.reduce(self.norm(torch.cat(parts, -1)))


class Swin(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, DIM, 2, 2)
        self.stage1 = nn.Sequential(SwinBlock(DIM, (8, 12), 4, 0), SwinBlock(DIM, (8, 12), 4, 2))
        self.merge = Merge(DIM)
        self.stage2 = nn.Sequential(SwinBlock(DIM, (4, 6), 2, 0), SwinBlock(DIM, (4, 6), 2, 1))
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, 3)

    def forward(self, x):
        x = self.merge(self.stage1(self.embed(x).permute(0, 2, 3, 1)))
        return self.head(self.norm(self.stage2(x)).mean((1, 2)))


def construct(model):
    """Small noise everywhere; red goes to channel 0, values and merges carry it on, class 0 reads it."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1 and name not in ("tokens", "places"):
                p.copy_(0.04 * torch.randn_like(p))
            elif name.endswith("bias"):
                p.zero_()
        # A pattern that normalisations keep: without it they would blow the noise up to the size of the evidence.
        model.embed.bias[:] = torch.tensor([0.0, 1.0, -1.0, 0.0]).repeat(DIM // 4)
        weight = model.embed.weight
        weight[0] = 0
        weight[0, 0] = 8 / weight[0, 0].numel()
        weight[0, 1:] = -4 / weight[0, 0].numel()
        for module in model.modules():
            if isinstance(module, FusedAttention):
                module.qkv.weight[2 * DIM, 0] += 1
                module.proj.weight[0, 0] += 1
            if isinstance(module, nn.MultiheadAttention):
                module.in_proj_weight[2 * DIM, 0] += 1
                module.out_proj.weight[0, 0] += 1
            if isinstance(module, Merge):
                module.reduce.weight += torch.eye(DIM).repeat(1, 4) / 2
        model.head.weight[0] = torch.eye(DIM)[0]
    return model.eval()


def red_at(size, cell, place):
    x = 0.1 * torch.rand(1, 3, *size)
    y, z = place[0] * cell, place[1] * cell
    x[:, 0, y : y + cell, z : z + cell] = 1
    return x


def cam(model, module, x, to_map):
    """sum_k mean(dS/dA_k) A_k of class 0 in float64; to_map lays [1, ...] out as [1, h, w, C]."""
    double = copy.deepcopy(model).double()
    kept = []
    hook = double.get_submodule(module).register_forward_hook(lambda _, __, out: kept.append(out))
    score = double(x.double())[0, 0]
    hook.remove()
    (grad,) = torch.autograd.grad(score, kept[0])
    a, g = to_map(kept[0].detach()), to_map(grad)
    return (g.mean((1, 2), keepdim=True) * a).sum(-1)[0].numpy()


def export(model, x, exporter, opset, path):
    if exporter == "dynamo":
        axes = {"x": {0: torch.export.Dim("batch")}}
        batch = torch.cat([x, x])
        program = torch.onnx.export(
            model, (batch,), input_names=["x"], output_names=["logits"], opset_version=opset, dynamo=True,
            dynamic_shapes=axes, verbose=False,
        )
        program.save(path)
    else:
        axes = {"x": {0: "batch"}, "logits": {0: "batch"}}
        torch.onnx.export(
            model, (x,), path, input_names=["x"], output_names=["logits"], opset_version=opset, dynamo=False,
            dynamic_axes=axes,
        )
    made = onnx.load(path)
    del made.metadata_props[:]
    for part in (*made.graph.node, *made.graph.value_info, *made.graph.input, *made.graph.output, made.graph):
        part.doc_string = ""  # says where in PyTorch's source it came from
        del part.metadata_props[:]
    del made.graph.value_info[:]
    onnx.save(made, path)


def models():
    def grid(extra):
        return lambda t: t[:, extra:].reshape(1, 3, 4, DIM)

    def same(t):
        return t

    vit = {"size": (24, 32), "cell": 8, "place": (1, 2), "grid": (3, 4)}
    swin = {"size": (16, 24), "cell": 4, "place": (2, 4), "grid": (4, 6)}
    yield "vit-class", Vit(1, 1, FusedAttention), vit, "blocks.1.norm1", grid(1), 1
    yield "vit-class-mha", Vit(1, 1, TorchAttention), vit, "blocks.1.norm1", grid(1), 1
    yield "vit-registers", Vit(4, 2, FusedAttention), vit, "blocks.1.norm1", grid(4), 4
    yield "vit-mean", Vit(0, 0, FusedAttention), vit, "norm", grid(0), 0
    yield "vit-mean-class", Vit(1, 0, FusedAttention), vit, "norm", grid(1), 1
    yield "swin", Swin(), swin, "norm", same, 0


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    OUT.mkdir(parents=True, exist_ok=True)
    manifest = []
    for number, (name, model, where, module, to_map, extra) in enumerate(models()):
        torch.manual_seed(100 + number)
        construct(model)
        x = (255 * red_at(where["size"], where["cell"], where["place"])).round() / 255
        expected = cam(model, module, x, to_map)
        entry = {"name": name, **where, "module": module, "extra": extra, "files": []}
        entry["pixels"] = (255 * x).int().flatten().tolist()
        entry["cam"] = expected.flatten().tolist()
        if name == "swin":
            entry["shiftedCam"] = cam(model, "stage2.1.norm1", x, to_map).flatten().tolist()
            entry["fineCam"] = cam(model, "stage1.1.norm1", x, to_map).flatten().tolist()
        peak = np.unravel_index(expected.argmax(), expected.shape)
        if tuple(peak) != where["place"]:
            raise SystemExit(f"{name}: PyTorch's own Grad-CAM peaks at {peak}, not at {where['place']}")
        for exporter, opset in FORMS:
            file = f"{name}-{exporter}-{opset}.onnx"
            export(model, x, exporter, opset, str(OUT / file))
            entry["files"].append(file)
            print(file, (OUT / file).stat().st_size)
        manifest.append(entry)
    (OUT / "manifest.json").write_text(json.dumps(manifest) + "\n")


if __name__ == "__main__":
    main()
