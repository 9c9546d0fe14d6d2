"""Class activation maps by pytorch-grad-cam and Captum, run as programs: test/fixtures/parity/cam.json.

    python scripts/python/cam_fixtures.py

The networks are F1 to F6 of fixture_nets.py, whose .onnx files fixtures.py wrote from the same seeds, and quadratic-head.onnx,
written here: a layer A = ReLU(1x1 convolution) with a head y_c = A'Q_c A + w_c'A + b_c, the one whose Hessian is known.
One picture [16, 16, 3] for all, normalised as `normalization` says. Maps are raw: pytorch-grad-cam's before it stretches them to 0 … 1,
cut at zero as it does. Rows of the peer "definition" are computed here, from the paper's formula.
"""

import importlib.metadata
import json
import warnings
from pathlib import Path

import numpy as np
import pytorch_grad_cam as pgc
import torch
from captum.attr import GuidedGradCam, LayerGradCam
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

import fixture_nets
import fixtures

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"
MEAN, STD = 0.5, 0.25
METHODS = {
    "grad-cam": pgc.GradCAM,
    "grad-cam++": pgc.GradCAMPlusPlus,
    "xgrad-cam": pgc.XGradCAM,
    "hires-cam": pgc.HiResCAM,
    "grad-cam-elementwise": pgc.GradCAMElementWise,
    "layer-cam": pgc.LayerCAM,
    "eigen-cam": pgc.EigenCAM,
    "eigen-grad-cam": pgc.EigenGradCAM,
    "shapley-cam": pgc.ShapleyCAM,
    "fem": pgc.FEM,
    "ablation-cam": pgc.AblationCAM,
    "score-cam": pgc.ScoreCAM,
}


class QuadraticHead(nn.Module):
    def __init__(self, channels=4, classes=3, size=4):
        super().__init__()
        count = channels * size * size
        self.features = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(3, channels, 1, bias=False), nn.ReLU())
        self.q = nn.Parameter(torch.randn(count, classes, count) / count)
        self.w, self.b = nn.Parameter(torch.randn(count, classes)), nn.Parameter(torch.randn(classes))
        nn.init.uniform_(self.features[1].weight, 0.1, 1)

    def forward(self, x):
        a = self.features(x).flatten(1)
        products = (a @ self.q.flatten(1)).unflatten(1, (self.w.shape[1], -1))
        return (products * a[:, None]).sum(-1) + a @ self.w + self.b


def grid(tokens):
    """[N, 1 + 16, C] to [N, C, 4, 4]."""
    return tokens[:, 1:].unflatten(1, (4, 4)).permute(0, 3, 1, 2)


def by_pgc(kind, model, layer, x, label, tokens):
    kept = []
    method = kind(model=model, target_layers=[layer], reshape_transform=grid if tokens else None)
    inner = method.get_cam_image

    def keep(*given):
        kept.append(inner(*given))
        return kept[-1]

    method.get_cam_image = keep
    method(input_tensor=x.clone().requires_grad_(), targets=[ClassifierOutputTarget(label)])
    return np.maximum(np.asarray(kept[0], dtype=np.float64)[0], 0)


def rollouts(model, x, label):
    """Attention rollout and its gradient form, from the papers' formulas, for fixture_nets.VisionTransformer."""
    kept = []
    inner = torch.Tensor.softmax

    def keep(scores, dim):
        kept.append(inner(scores, dim))
        kept[-1].retain_grad()
        return kept[-1]

    torch.Tensor.softmax = keep
    try:
        model(x.clone().requires_grad_())[0, label].backward()
    finally:
        torch.Tensor.softmax = inner
    one = torch.eye(kept[0].shape[-1], dtype=x.dtype)
    plain, by_gradient = one, one
    for attention in kept:
        a = attention.detach()[0]
        plain = (a.mean(0) + one) / 2 @ plain
        by_gradient = (one + (attention.grad[0] * a).clamp(min=0).mean(0)) @ by_gradient
    return {
        "attention-rollout": plain[0, 1:].reshape(4, 4).numpy(),
        "gradient-rollout": by_gradient[0, 1:].reshape(4, 4).numpy(),
    }


def skipped(method, tokens, path):
    """Rows that would say nothing: another definition, an error of the peer's, or rounding."""
    if method == "ablation-cam":  # where no activation is 0 (tokens, the quadratic head's layer) it puts in the least one less 1e7
        return tokens or "quadratic" in path
    # Its Shapley-CAM stops with an error for tokens; before a layer normalisation HiResCAM's sum is a millionth of its terms.
    return tokens and method in ("score-cam", "shapley-cam", "hires-cam")


def main():
    OUT.mkdir(exist_ok=True)
    pixels = np.random.default_rng(6).integers(0, 256, (16, 16, 3))
    x = torch.tensor((pixels / 255 - MEAN) / STD).permute(2, 0, 1)[None]
    written = {net["id"]: net["models"][0] for net in json.loads((fixtures.TARGET / "manifest.json").read_text())["nets"]}
    cases = [
        (net.model, net.layer, f"nets/{written[net.id]['file']}", written[net.id].get("layer"))
        for net in fixture_nets.nets()
        if net.id in ("f1", "f2", "f3", "f4", "f5", "f6")
    ]
    torch.manual_seed(7)
    quadratic = QuadraticHead().eval()
    file = OUT / "quadratic-head.onnx"
    fixtures.export(quadratic, x.float(), file, "torchscript", 17)
    name = fixtures.find_layer(file, x.float().numpy(), quadratic.features(x.float()).detach().numpy())
    cases.append((quadratic, quadratic.features, "parity/quadratic-head.onnx", name))

    rows = []

    def row(peer, method, model, layer, label, values):
        if not np.isfinite(values).all():
            raise ValueError(f"{peer} {method} {model}: not finite")
        rows.append(
            {"peer": peer, "method": method, "model": model, "layer": layer, "class": label, "map": values.round(9).tolist()}
        )

    for model, layer, path, name in cases:
        model = model.double()
        label = int(model(x).argmax())  # a positive score: pytorch-grad-cam's Ablation-CAM divides by it with its sign
        tokens = "f6" in path
        for method, kind in METHODS.items():
            if skipped(method, tokens, path):
                continue
            row("pytorch-grad-cam", method, path, name, label, by_pgc(kind, model, layer, x, label, tokens))
        if tokens:
            for method, values in rollouts(model, x, label).items():
                row("definition", method, path, name, label, values)
        else:
            captum = LayerGradCam(model, layer).attribute(x, target=label)
            row("captum", "grad-cam", path, name, label, captum.detach().numpy()[0, 0])
            if path.split("/")[1][:2] in ("f1", "f2", "f5"):  # ReLU alone, none of them used twice
                guided = GuidedGradCam(model, layer).attribute(x, target=label)
                row("captum", "guided-grad-cam", path, name, label, guided.detach().numpy()[0].sum(0))
    about = {
        "made": "scripts/python/cam_fixtures.py",
        "peers": {"pytorch-grad-cam": importlib.metadata.version("grad-cam"), "captum": importlib.metadata.version("captum")},
        "normalization": {"scale": 1 / 255, "mean": MEAN, "std": STD},
        "image": {"height": 16, "width": 16, "pixels": pixels.flatten().tolist()},
    }
    parts = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    lines = ",\n    ".join(json.dumps(entry) for entry in rows)
    (OUT / "cam.json").write_text("{\n" + ",\n".join([*parts, f'  "rows": [\n    {lines}\n  ]']) + "\n}\n")


warnings.filterwarnings("ignore")
main()
