"""Fixtures for models at other sizes and CAMERAS: tiny nets, frozen by the exporter at 32x32, and what PyTorch (float64) says at others.

Writes test/fixtures/sizes/: <net>.onnx, photo.npy (uint8 [32, 32, 3]) and sizes.json. Run: .venv/bin/python scripts/python/sizes.py
"""

import copy
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

here = os.path.join(os.path.dirname(__file__), '../../test/fixtures/sizes')
os.makedirs(here, exist_ok=True)
torch.manual_seed(3)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Residual(nn.Module):
    """ResNet's shape: its pool is frozen into a window when exported."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), Block(8), nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.ReLU(), Block(12))
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        x = self.features(x)
        x = F.avg_pool2d(x, 8) if not self.__dict__.get('free') else x.mean((2, 3), keepdim=True)
        return self.head(torch.flatten(x, 1))


class Flat(nn.Module):
    """VGG's shape: two fully connected layers over the flattened map."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 10, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4))
        self.classifier = nn.Sequential(nn.Linear(10 * 4 * 4, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 5))

    def forward(self, x):
        x = self.features(x)
        if not self.__dict__.get('free'):
            return self.classifier(torch.flatten(x, 1))
        one, two = self.classifier[0], self.classifier[3]
        x = torch.relu(F.conv2d(x, one.weight.view(16, 10, 4, 4), one.bias))
        return F.conv2d(x, two.weight.view(5, 16, 1, 1), two.bias).mean((2, 3))


class Tokens(nn.Module):
    """ViT's shape: patches, a class token, learned positions, attention."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, stride=8)
        self.token = nn.Parameter(torch.randn(1, 1, 16))
        self.positions = nn.Parameter(torch.randn(1, 17, 16))
        self.norm = nn.LayerNorm(16)
        self.qkv = nn.Linear(16, 48)
        self.mix = nn.Linear(16, 16)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = self.patches(x)
        h, w = x.shape[2:]
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        positions = self.positions
        if self.__dict__.get('free'):
            grid = positions[:, 1:].transpose(1, 2).reshape(1, 16, 4, 4)
            grid = F.interpolate(grid, size=(h, w), mode='bicubic', align_corners=False)
            positions = torch.cat([positions[:, :1], grid.flatten(2).transpose(1, 2)], 1)
        x = x + positions
        n = x.shape[1]
        q, k, v = self.qkv(self.norm(x)).reshape(x.shape[0], n, 3, 2, 8).permute(2, 0, 3, 1, 4)
        a = ((q @ k.transpose(-2, -1)) / 8**0.5).softmax(-1)
        x = x + self.mix((a @ v).transpose(1, 2).reshape(x.shape[0], n, 16))
        return self.head(x[:, 0])


def windows():
    return torchvision.models.SwinTransformer(patch_size=[4, 4], embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=[4, 4], num_classes=5)


photo = np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8)
photo = np.asarray(torchvision.transforms.functional.gaussian_blur(torch.tensor(photo).permute(2, 0, 1), 5).permute(1, 2, 0))
np.save(os.path.join(here, 'photo.npy'), photo)
x = torch.tensor(photo.astype(np.float32) / np.float32(255)).permute(2, 0, 1)[None]


def at(x, size):
    return x if size == x.shape[-1] else F.interpolate(x, size=(size, size), mode='bicubic', align_corners=False)


def cameras(net, layer, x, c, sizes):
    kept = {}

    def keep(_, __, out):
        out.retain_grad()
        kept['a'] = out

    handle = layer.register_forward_hook(keep)
    activations, gradients = [], []
    for size in sizes:
        score = net(at(x, size).requires_grad_())[0, c]
        score.backward()
        both = [F.interpolate(m, size=x.shape[2:], mode='bilinear', align_corners=False) for m in (kept['a'].detach(), kept['a'].grad)]
        activations.append(both[0])
        gradients.append(both[1])
    handle.remove()
    fused = torch.stack(activations).mean(0) * torch.stack(gradients).mean(0)
    return torch.relu(fused.sum(1))[0]


rows = {}
for name, net in {'residual': Residual(), 'flat': Flat(), 'tokens': Tokens(), 'windows': windows()}.items():
    net.eval()
    # Attention must matter: what is too small to matter cannot be seen to be wrong.
    for key, parameter in net.named_parameters():
        if parameter.dim() < 2 or 'relative_position' in key:
            nn.init.normal_(parameter, std=0.5)
        elif name == 'windows':
            nn.init.normal_(parameter, std=0.5 if parameter.dim() == 2 else 0.2)
    torch.onnx.export(net, x, os.path.join(here, f'{name}.onnx'), opset_version=17, dynamo=False, input_names=['image'], output_names=['scores'], dynamic_axes={'image': {0: 'N'}, 'scores': {0: 'N'}})
    wide = copy.deepcopy(net).double()
    wide.free = True
    with torch.no_grad():
        rows[name] = {'scores': {size: wide(at(x.double(), size))[0].tolist() for size in (32, 48, 64)}}
    if name in ('residual', 'flat'):
        layer = wide.features[-1] if name == 'residual' else wide.features[4]
        rows[name]['cameras'] = {'class': 2, 'sizes': [32, 48, 64], 'map': [float(f'{v:.7g}') for v in cameras(wide, layer, x.double(), 2, [32, 48, 64]).flatten().tolist()]}
with open(os.path.join(here, 'sizes.json'), 'w') as file:
    json.dump(rows, file)
