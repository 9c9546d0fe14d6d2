"""Models in the style of the first ONNX zoo (opset 7 to 9), next to PyTorch's float64 gradient of the same network.

    python scripts/python/zoo_old.py --list                                  # name exporter opset, one a line
    python scripts/python/zoo_old.py --all                                   # every entry that is not cached
    python scripts/python/zoo_old.py --export old_inception --opset 7 [--out DIR] [--force]

IR version 3 with initializers among the inputs, written node by node with onnx.helper: no exporter writes these any more.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
import zoo
import zoo_models
import zoo_plan
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

EXPORTER = "onnx.helper"


class OldInception(nn.Module):
    """Conv, LRN and overlapping MaxPool as in AlexNet, one block of branches as in GoogLeNet, Dropout, Gemm."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 7, 2, 3)
        self.reduce = nn.Conv2d(16, 32, 3, 1, 1, groups=2)
        self.one, self.three = nn.Conv2d(32, 12, 1), nn.Conv2d(32, 20, 3, 1, 1)
        self.pooled = nn.Conv2d(32, 8, 1)
        self.hidden, self.scores = nn.Linear(40 * 6 * 6, 64), nn.Linear(64, 50)

    def forward(self, image):
        x = F.max_pool2d(F.relu(self.stem(image)), 3, 2)
        x = F.local_response_norm(x, 5, alpha=0.5, beta=0.75, k=1.0)
        x = F.local_response_norm(F.relu(self.reduce(x)), 3, alpha=0.2, beta=0.5, k=2.0)
        x = F.max_pool2d(x, 3, 2)
        branches = [self.one(x), self.three(x), self.pooled(F.max_pool2d(x, 3, 1, 1))]
        x = F.avg_pool2d(torch.cat([F.relu(branch) for branch in branches], 1), 5, 2, 2, count_include_pad=False)
        return self.scores(F.relu(self.hidden(x.flatten(1))))


def write_inception(file):
    """Opset 7: Dropout has an unused mask, Softmax an axis that flattens, Reshape fixes the batch."""
    file.add("Conv", "image", "stem", kernel_shape=[7, 7], strides=[2, 2], pads=[3] * 4)
    file.add("Relu")
    file.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2])
    file.add("LRN", size=5, alpha=0.5, beta=0.75, bias=1.0)
    file.add("Conv", file.last, "reduce", kernel_shape=[3, 3], pads=[1] * 4, group=2)
    file.add("Relu")
    file.add("LRN", size=3, alpha=0.2, beta=0.5, bias=2.0)
    trunk = file.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2])
    ends = []
    for name, before, kernel in (("one", trunk, 1), ("three", trunk, 3), ("pooled", None, 1)):
        data = before or file.add("MaxPool", trunk, kernel_shape=[3, 3], pads=[1] * 4)
        file.add("Conv", data, name, kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4)
        ends.append(file.add("Relu"))
    file.node("Concat", ends, axis=1)
    file.add("AveragePool", kernel_shape=[5, 5], strides=[2, 2], pads=[2] * 4)
    file.node("Reshape", [file.last, file.constant("shape", np.array([1, 1440], np.int64))])
    file.add("Gemm", file.last, "hidden", transB=1)
    file.add("Relu")
    file.node("Dropout", [file.last], outputs=["dropped", "mask"], ratio=0.4)
    file.add("Gemm", "dropped", "scores", transB=1)
    file.node("Softmax", [file.last], outputs=["prob"])
    return "prob", 1


class OldUpsample(nn.Module):
    """Batch normalisation with statistics per element (below opset 9), Clip, Upsample nearest and linear, PRelu."""

    def __init__(self, per_element):
        super().__init__()
        shape = (16, 24, 24) if per_element else (16, 1, 1)
        self.scale, self.shift = nn.Parameter(torch.rand(shape) + 0.5), nn.Parameter(torch.randn(shape) * 0.3 + 0.5)
        self.register_buffer("mean", torch.randn(shape) * 0.2)
        self.register_buffer("variance", torch.rand(shape) + 0.5)
        self.register_buffer("stretch", stretch(12, 2))
        self.slope = nn.Parameter(torch.rand(16, 1, 1) * 0.5)
        self.first, self.second = nn.Conv2d(3, 16, 3, 2, 1), nn.Conv2d(16, 16, 3, 2, 1)
        self.third, self.scores = nn.Conv2d(32, 24, 3, 2, 1), nn.Linear(24, 30)

    def forward(self, image):
        x = self.first(image)
        x = (x - self.mean) / torch.sqrt(self.variance + 1e-3) * self.scale + self.shift
        x = x.clamp(0, 1.5)
        low = self.second(x)
        low = torch.where(low < 0, low * self.slope, low)
        smooth = self.stretch @ low @ self.stretch.T
        x = torch.cat([F.interpolate(low, scale_factor=2, mode="nearest") + x, smooth], 1)
        x = self.third(x).clamp(min=-0.2)
        return self.scores(x.mean((2, 3)))


def stretch(size, scale):
    """Upsample's linear mode along one axis as a matrix: x_original = x / scale, held at the last sample."""
    matrix = torch.zeros(size * scale, size)
    for i in range(size * scale):
        low, part = divmod(i, scale)
        matrix[i, low] += 1 - part / scale
        matrix[i, min(low + 1, size - 1)] += part / scale
    return matrix


def write_upsample(file):
    """Opset 8 has BatchNormalization with spatial = 0 and Upsample's scales as an attribute; 9 has neither."""
    old, scales = file.opset < 9, np.array([1, 1, 2, 2], np.float32)
    per_channel = [file.weight(name, keep=old) for name in ("scale", "shift", "mean", "variance")]
    file.add("Conv", "image", "first", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    file.node("BatchNormalization", [file.last, *per_channel], epsilon=1e-3, **({"spatial": 0} if old else {}))
    trunk = file.add("Clip", min=0.0, max=1.5)
    file.add("Conv", trunk, "second", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    low = file.node("PRelu", [file.last, file.weight("slope", keep=True)])
    ends = []
    for mode in ("nearest", "linear"):
        inputs = [low] if old else [low, file.constant(f"scales_{mode}", scales)]
        ends.append(file.node("Upsample", inputs, mode=mode, **({"scales": scales.tolist()} if old else {})))
    both = file.node("Sum", [ends[0], trunk])
    file.node("Concat", [both, ends[1]], axis=1)
    file.add("Conv", file.last, "third", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    file.add("Clip", min=-0.2)
    file.add("GlobalAveragePool")
    file.add("Flatten")
    file.add("Gemm", file.last, "scores", transB=1)
    file.node("Identity", [file.last], outputs=["logits"])
    return "logits", "N"


class File:
    """A graph under construction; every initializer is an input, too, as IR version 3 wants it."""

    def __init__(self, model, size, opset):
        self.state = {name: value.detach().numpy() for name, value in model.state_dict().items()}
        self.size, self.opset, self.nodes, self.held, self.last = size, opset, [], [], "image"

    def constant(self, name, array):
        if all(held.name != name for held in self.held):
            self.held.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(self, name, keep=False):
        array = self.state[name]
        return self.constant(name, array if keep or array.ndim != 3 else array.reshape(-1))

    def node(self, op, inputs, outputs=None, **attributes):
        outputs = outputs or [f"{op.lower()}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        self.last = outputs[0]
        return self.last

    def add(self, op, data=None, layer=None, **attributes):
        weights = [self.weight(f"{layer}.{part}") for part in ("weight", "bias")] if layer else []
        return self.node(op, [data or self.last, *weights], **attributes)

    def save(self, path, output, batch):
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, self.size, self.size])
        inputs = [helper.make_tensor_value_info(held.name, held.data_type, list(held.dims)) for held in self.held]
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, len(self.state["scores.bias"])])
        graph = helper.make_graph(self.nodes, "old", [image, *inputs], [result], self.held)
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="onnx.helper")
        model.ir_version = 3
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


def build(name, opset):
    torch.manual_seed(0)
    model, size = (OldInception(), 95) if name == "old_inception" else (OldUpsample(opset < 9), 48)
    with torch.no_grad():
        layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
        handles = [layer.register_forward_hook(zoo_models.unit_deviation) for layer in layers]
        model.eval()(torch.cat([zoo_models.image(size, seed) for seed in range(10, 14)]))
        for handle in handles:
            handle.remove()
    return zoo_models.Entry(model, size, 1)


def export(name, opset, folder):
    folder.mkdir(parents=True, exist_ok=True)
    started, entry = time.time(), build(name, opset)
    best = zoo.reference(entry)
    x, logits, grad, index = best["x"], best["logits"], best["gradient"], best["classIndex"]
    file = File(entry.model, entry.size, opset)
    output, batch = (write_inception if name == "old_inception" else write_upsample)(file)
    file.save(folder / "model.onnx", output, batch)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    (got,) = session.run([output], {"image": x.numpy()})
    want = (logits.softmax(1) if output == "prob" else logits).numpy()
    error = float(np.abs(got - want).max() / np.abs(want).max())
    if not error < 1e-3:
        raise ValueError(f"ONNX Runtime's output differs from PyTorch's by {error:.1e} (relative to the largest)")
    np.save(folder / "x.npy", x.numpy())
    np.save(folder / "logits64.npy", logits.numpy())
    np.save(folder / "grad64.npy", grad.numpy())
    made = {
        "name": name,
        "exporter": EXPORTER,
        "opset": opset,
        "model": "model.onnx",
        "inputs": ["image"],
        "outputs": [output],
        "writtenOpset": opset,
        "dynamicBatch": batch != 1,
        "x": "x.npy",
        "classIndex": index,
        "objective": {"output": output, "axis": 1, "index": index, "reduce": "sum"},
        "logits": "logits64.npy",
        "gradient": "grad64.npy",
        "gradientNorm": float(torch.linalg.vector_norm(grad)),
        "float32Error": best["float32Error"],
        "seed": best["seed"],
        "logitsError": error,
        "ok": True,
        "seconds": round(time.time() - started, 1),
    }
    (folder / "entry.json").write_text(json.dumps(made, indent=2) + "\n")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the plan: name exporter opset")
    parser.add_argument("--all", action="store_true", help="make every entry that is not cached")
    parser.add_argument("--export", metavar="NAME", choices={name for name, _ in zoo_plan.OLD})
    parser.add_argument("--opset", type=int)
    parser.add_argument("--out", type=Path, help="the entry's folder")
    parser.add_argument("--force", action="store_true", help="make a cached entry again")
    args = parser.parse_args()
    torch.set_num_threads(2)
    for name, opset in zoo_plan.OLD:
        if args.list:
            print(name, EXPORTER, opset)
        elif args.all or (args.export == name and args.opset in (None, opset)):
            folder = args.out or zoo.CACHE / f"{name}-{EXPORTER}-{opset}"
            if args.force or not (folder / "entry.json").exists():
                print(zoo.summary(export(name, opset, folder)), flush=True)


if __name__ == "__main__":
    main()
