"""The tiny networks F1 to F9 of the acceptance tests, with random weights of a fixed seed."""

from dataclasses import dataclass

import torch
from torch import nn

SCRIPT, SCRIPT_OLD, DYNAMO, DYNAMO_NEW = ("torchscript", 17), ("torchscript", 11), ("dynamo", 18), ("dynamo", 20)


@dataclass
class Net:
    """A network, its input shape without batch, the layer whose output is recorded, and the exported forms."""

    id: str
    title: str
    model: nn.Module
    layer: nn.Module | None
    classes: list[int]
    shape: tuple[int, ...] = (3, 16, 16)
    forms: tuple = (SCRIPT,)


def conv(inputs, outputs, kernel=3, **options):
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, **options)


def plain(bias):
    return nn.Sequential(
        conv(3, 8, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(8, 12, bias=bias),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 5, bias=bias),
    )


def vgg():
    return nn.Sequential(
        conv(3, 6),
        nn.ReLU(),
        conv(6, 8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(8, 10),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(160, 24),
        nn.ReLU(),
        nn.Linear(24, 6),
    )


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = nn.Sequential(
            conv(inputs, outputs, stride=stride, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            conv(outputs, outputs, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity()
        if inputs != outputs:
            self.shortcut = nn.Sequential(conv(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.branch(x) + self.shortcut(x))


def resnet():
    return nn.Sequential(
        conv(3, 8, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        Residual(8, 8, 1),
        Residual(8, 12, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 5),
    )


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 4, 1), nn.ReLU(), nn.Conv2d(4, channels, 1), nn.Hardsigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)


def mobile():
    return nn.Sequential(
        conv(3, 8, stride=2, bias=False),
        nn.BatchNorm2d(8),
        nn.Hardswish(),
        conv(8, 16, 1),
        nn.Hardswish(),
        conv(16, 16, 5, groups=16),
        nn.BatchNorm2d(16),
        SqueezeExcite(16),
        nn.Hardswish(),
        conv(16, 12, 1),
        nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 5),
    )


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.new = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU(), conv(inputs, growth, bias=False))

    def forward(self, x):
        return torch.cat([x, self.new(x)], 1)


def densenet():
    return nn.Sequential(
        conv(3, 8, bias=False),
        DenseLayer(8, 4),
        DenseLayer(12, 4),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        conv(16, 8, 1, bias=False),
        nn.AvgPool2d(2),
        DenseLayer(8, 4),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 5),
    )


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = (
            self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        )
        attention = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, width=16, heads=2, patch=4, classes=5):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.cls = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(0.5 * torch.randn(1, 17, width))
        self.blocks = nn.Sequential(Block(width, heads), Block(width, heads))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls.expand(x.shape[0], -1, -1), tokens], 1) + self.position
        return self.head(self.norm(self.blocks(tokens))[:, 0])


def regressor():
    return nn.Sequential(
        conv(3, 8), nn.ReLU(), conv(8, 12, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 1)
    )


class Quadratic(nn.Module):
    """y_c = Σ_i q_ci x_i² + w_ci x_i, with gradient 2 q_c x + w_c."""

    def __init__(self):
        super().__init__()
        self.q, self.w = nn.Parameter(torch.randn(48, 2)), nn.Parameter(torch.randn(48, 2))

    def forward(self, x):
        x = x.flatten(1)
        return (x * x) @ self.q + x @ self.w


class MinMax(nn.Module):
    """y_0 = min(w_0·x, w_1·x), y_1 = max(w_0·x, w_1·x)."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(48, 2))

    def forward(self, x):
        a, b = (x.flatten(1) @ self.w).split(1, 1)
        return torch.cat([torch.minimum(a, b), torch.maximum(a, b)], 1)


def settle(model):
    """Random weights of a scale that keeps the signal, random biases, and batch statistics as if trained."""
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.2)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
    return model.eval()


def nets():
    """F1 to F9, each built from its own seed."""
    small = (3, 4, 4)
    rows = [
        (
            "f1",
            "conv, ReLU, max-pool, conv, ReLU, global average pool, fully connected",
            lambda: plain(True),
            lambda m: m[4],
            [0, 3],
            {"forms": (SCRIPT, SCRIPT_OLD, DYNAMO, DYNAMO_NEW)},
        ),
        ("f2", "VGG-like: flatten and two fully connected layers", vgg, lambda m: m[6], [1, 4], {}),
        (
            "f3",
            "residual, batch normalisation, overlapping max-pool",
            resnet,
            lambda m: m[5].relu,
            [0, 2],
            {"forms": (SCRIPT, SCRIPT_OLD, ("unfolded", 17), DYNAMO, DYNAMO_NEW)},
        ),
        ("f4", "depthwise, squeeze-excite, HardSwish, ReLU6", mobile, lambda m: m[10], [0, 2], {}),
        ("f5", "pre-activation DenseNet: Concat, average pool", densenet, lambda m: m[9], [0, 2], {}),
        (
            "f6",
            "vision transformer: CLS token, layer normalisation, Erf-GELU, attention",
            VisionTransformer,
            lambda m: m.blocks[0],
            [0, 2],
            {"forms": (SCRIPT, DYNAMO, DYNAMO_NEW)},
        ),
        ("f7", "regression head", regressor, lambda m: m[3], [0], {}),
        ("f8", "f1 without biases", lambda: plain(False), lambda m: m[4], [0, 3], {}),
        ("f9-linear", "linear", lambda: nn.Sequential(nn.Flatten(), nn.Linear(48, 2)), None, [0, 1], {"shape": small}),
        ("f9-quadratic", "quadratic", Quadratic, None, [0, 1], {"shape": small}),
        ("f9-minmax", "minimum and maximum of two linear forms", MinMax, None, [0, 1], {"shape": small}),
    ]
    for seed, (name, title, make, layer, classes, options) in enumerate(rows):
        torch.manual_seed(100 + seed)
        model = settle(make())
        yield Net(name, title, model, layer(model) if layer else None, classes, **options)
