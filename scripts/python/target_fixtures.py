"""Writes test/fixtures/targets: small models without a plain list of classes, and PyTorch's float64 gradients of targets. It tests nothing.

    python scripts/python/target_fixtures.py

many.onnx has every kind of answer; targets.json lists texts of the target language with the same written in PyTorch, their scores
[2] and their gradients at the image (gradients.npy [target, 2, 3, 8, 8], float32 of float64). The others are made by hand from a
few operators, so that what they look at is known: the redness of a picture, a segmenter and a detector of coloured squares.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "targets"


class Many(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 6, 3, padding=1)
        self.seg = torch.nn.Conv2d(6, 3, 1)
        self.head = torch.nn.Linear(6, 5)
        self.boxes = torch.nn.Linear(6, 16)
        self.scores = torch.nn.Linear(6, 4)

    def forward(self, image):
        self.stemmed = torch.tanh(self.stem(image))
        pooled = self.stemmed.mean((2, 3))
        self.logits = self.head(pooled)
        prob = F.softmax(self.logits, 1)
        return prob, self.seg(self.stemmed), self.boxes(pooled).reshape(-1, 4, 4), torch.sigmoid(self.scores(pooled))


MASK = (np.indices((8, 8)).sum(0) % 3 == 0).astype(np.float32)

# The target, and what it means. p: probabilities, l: logits, s: segmentation, b: boxes, c: detection scores, t: the layer.
TARGETS = {
    "logits[3]": lambda p, l, s, b, c, t, m: l[:, 3],
    "logits[3] - logits[1]": lambda p, l, s, b, c, t, m: l[:, 3] - l[:, 1],
    "-logits[3] * 2 + 1": lambda p, l, s, b, c, t, m: -l[:, 3] * 2 + 1,
    "prob[2]": lambda p, l, s, b, c, t, m: p[:, 2],
    "classes[2]": lambda p, l, s, b, c, t, m: p[:, 2],
    'prob["tiger cat"] / prob[dog]': lambda p, l, s, b, c, t, m: p[:, 2] / p[:, 0],
    "loss[4]": lambda p, l, s, b, c, t, m: -torch.log(p[:, 4]),
    "cross-entropy(4)": lambda p, l, s, b, c, t, m: -torch.log(p[:, 4]),
    "top": lambda p, l, s, b, c, t, m: l.max(1).values,
    "log(prob[top])": lambda p, l, s, b, c, t, m: torch.log(p.max(1).values),
    "max(logits) - mean(logits)": lambda p, l, s, b, c, t, m: l.max(1).values - l.mean(1),
    "norm(logits)": lambda p, l, s, b, c, t, m: l.norm(dim=1),
    "sum(seg[1])": lambda p, l, s, b, c, t, m: s[:, 1].sum((1, 2)),
    "sum(seg[1] * mask)": lambda p, l, s, b, c, t, m: (s[:, 1] * m).sum((1, 2)),
    "sum(mask * seg) / sum(mask)": lambda p, l, s, b, c, t, m: (s * m).sum((1, 2, 3)) / m.sum(),
    "mean(seg[1] * (argmax(seg) == 1))": lambda p, l, s, b, c, t, m: (s[:, 1] * (s.argmax(1) == 1)).mean((1, 2)),
    "sum(seg[2] * (seg[2] > 0.1))": lambda p, l, s, b, c, t, m: (s[:, 2] * (s[:, 2] > 0.1)).sum((1, 2)),
    "seg[0, 3, 5]": lambda p, l, s, b, c, t, m: s[:, 0, 3, 5],
    "boxes[3, 0]": lambda p, l, s, b, c, t, m: b[:, 3, 0],
    "(boxes[1, 2] - boxes[1, 0]) * (boxes[1, 3] - boxes[1, 1])": lambda p, l, s, b, c, t, m: (b[:, 1, 2] - b[:, 1, 0])
    * (b[:, 1, 3] - b[:, 1, 1]),
    "max(boxes[:, 1])": lambda p, l, s, b, c, t, m: b[:, :, 1].max(1).values,
    "scores[1]": lambda p, l, s, b, c, t, m: c[:, 1],
    "min(scores) + exp(scores[0]) - sqrt(abs(boxes[0, 0]))": lambda p, l, s, b, c, t, m: c.min(1).values
    + torch.exp(c[:, 0])
    - torch.sqrt(torch.abs(b[:, 0, 0])),
    'layer("/Tanh_output_0")[4, 2, 6]': lambda p, l, s, b, c, t, m: t[:, 4, 2, 6],
    'layer("/Tanh_output_0")[4]': lambda p, l, s, b, c, t, m: t[:, 4].mean((1, 2)),
    'layer("/Tanh_output_0")[4] - 2 * layer("/Tanh_output_0")[1]': lambda p, l, s, b, c, t, m: (t[:, 4] - 2 * t[:, 1]).mean((1, 2)),
}


def many():
    torch.manual_seed(7)
    model = Many().double().eval()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    names = ["classes", "seg", "boxes", "scores"]
    axes = {name: {0: "batch"} for name in ["image", *names]}
    single = Many().eval()
    single.load_state_dict({k: v.float() for k, v in model.state_dict().items()})
    model.load_state_dict({k: v.double() for k, v in single.state_dict().items()})
    x = x.float().double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            single, (x.float(),), str(TARGET / "many.onnx"), dynamo=False, input_names=["image"], output_names=names,
            dynamic_axes=axes, opset_version=17,
        )
    clean(TARGET / "many.onnx")
    rows, gradients = [], []
    mask = torch.tensor(MASK, dtype=torch.float64)
    for text, meaning in TARGETS.items():
        image = x.clone().requires_grad_()
        prob, seg, boxes, scores = model(image)
        score = meaning(prob, model.logits, seg, boxes, scores, model.stemmed, mask)
        (gradient,) = torch.autograd.grad(score.sum(), image)
        rows.append({"target": text, "score": score.tolist()})
        gradients.append(gradient.numpy())
    np.save(TARGET / "x.npy", x.numpy().astype(np.float32))
    np.save(TARGET / "mask.npy", MASK)
    np.save(TARGET / "full-mask.npy", np.ones((1, 32, 32), np.float32))
    np.save(TARGET / "gradients.npy", np.stack(gradients).astype(np.float32))
    (TARGET / "targets.json").write_text(json.dumps(rows, indent=1) + "\n")


def clean(path):
    """Without where in PyTorch's source a node came from."""
    made = onnx.load(path)
    for node in made.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(made, path)


def parsed(name, text, constants=None, ir=8, as_inputs=False):
    model = onnx.parser.parse_model(f"<ir_version: {ir}, opset_import: [\"\" : 17]>\n{text}")
    for key, value in (constants or {}).items():
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), key))
        if as_inputs:
            dtype = TensorProto.FLOAT if value.dtype == np.float32 else TensorProto.INT64
            model.graph.input.append(helper.make_tensor_value_info(key, dtype, value.shape))
    onnx.checker.check_model(model)
    onnx.save(model, TARGET / f"{name}.onnx")


f32 = np.float32
RED = np.array([1, -0.5, -0.5], f32).reshape(1, 3, 1, 1)
# What is red, green, blue, and grey in between.
COLOURS = np.array([[1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1], [0, 0, 0]], f32).reshape(4, 3, 1, 1)


def small():
    gray_bias = np.array([0, 0, 0, 0.2], f32)
    redness = "c = Conv(image, w)  r = Relu(c)  p = GlobalAveragePool(r)"
    parsed("regression", f"g (float[N,3,32,32] image) => (float[N,1] redness) {{ {redness} redness = Flatten(p) }}", {"w": RED})
    parsed(
        "two-inputs",
        "g (float[N,3,32,32] image, float[N,2] patient) => (float[N,3] logits) {"
        f"{redness} f = Flatten(p)  both = Concat<axis=1>(f, patient)  gained = Mul(both, gain)  logits = MatMul(gained, v) }}",
        {"w": RED, "v": np.array([[1, 0, -1], [0.5, 0, 0], [0, 0.5, 0.25]], f32), "gain": np.array([4, 1, 1], f32)},
    )
    # `gain` may be overridden: an input with a default.
    model = onnx.load(TARGET / "two-inputs.onnx")
    model.graph.input.append(helper.make_tensor_value_info("gain", TensorProto.FLOAT, [3]))
    onnx.save(model, TARGET / "two-inputs.onnx")
    parsed(
        "segmenter",
        "g (float[N,3,H,W] image) => (float[N,4,H,W] classes) { c = Conv<pads=[1,1,1,1]>(image, w, b) h = Tanh(c)"
        " classes = Conv(h, v) }",
        {"w": np.tile(COLOURS, (1, 1, 3, 3)) / f32(9), "b": gray_bias, "v": np.eye(4, dtype=f32).reshape(4, 4, 1, 1) * 3},
    )
    # Every 8x8 cell proposes itself, with its redness as score; suppression keeps what is red, best first.
    ys, xs = np.mgrid[0:4, 0:4].astype(f32) * 8
    cells = np.stack([xs, ys, xs + 8, ys + 8], -1).reshape(1, 16, 4)
    parsed(
        "detector",
        "g (float[1,3,32,32] image) => (float[D,4] boxes, float[D] scores) {"
        " c = Conv<kernel_shape=[8,8], strides=[8,8]>(image, w)  s = Sigmoid(c)  flat = Reshape(s, list)"
        " shift = Mul(flat, tiny)  column = Transpose<perm=[0,2,1]>(shift)  moved = Add(cells, column)"
        " kept = NonMaxSuppression(moved, flat, most, overlap, least)  place = Gather<axis=1>(kept, two)"
        " all = Reshape(moved, rows)  boxes = Gather(all, place)  ones = Reshape(flat, line)  scores = Gather(ones, place) }",
        {
            "w": np.tile(RED, (1, 1, 8, 8)) / f32(64), "list": np.array([1, 1, 16]), "tiny": np.array(0.1, f32), "cells": cells,
            "most": np.array([5]), "overlap": np.array([0.5], f32), "least": np.array([0.51], f32), "two": np.array(2),
            "rows": np.array([16, 4]), "line": np.array([16]),
        },
    )
    # The old zoo: weights listed as inputs, pixels normalised inside.
    parsed(
        "old-zoo",
        "g (float[1,3,16,16] data) => (float[1,3,1,1] softmaxout_1) { n = Sub(data, mean) c = Conv(n, w) r = Relu(c)"
        " p = GlobalAveragePool(r) softmaxout_1 = Softmax<axis=1>(p) }",
        {"mean": np.array([123.68, 116.78, 103.94], f32).reshape(1, 3, 1, 1), "w": COLOURS[:3] / f32(64)},
        ir=3, as_inputs=True,
    )
    nhwc = "t = Transpose<perm=[0,3,1,2]>(m) c = Conv(t, w) r = Relu(c) p = GlobalAveragePool(r) logits = Flatten(p)"
    weights = {"w": COLOURS[:3]}
    parsed(
        "pixels-nhwc",
        f"g (uint8[N,16,16,3] pixels) => (float[N,3] logits) {{ f = Cast<to=1>(pixels) m = Mul(f, s) {nhwc} }}",
        {**weights, "s": np.array(1 / 255, f32)},
    )
    parsed(
        "keras",
        f"g (float[N,16,16,3] input_1) => (float[N,3] logits) {{ q = Mul(input_1, s) m = Sub(q, one) {nhwc} }}",
        {**weights, "s": np.array(1 / 127.5, f32), "one": np.array(1, f32)},
    )
    chw = "c = Conv(m, w) r = Relu(c) p = GlobalAveragePool(r)"
    parsed(
        "single",
        "g (float[3,16,16] image) => (float[3] logits) { m = Unsqueeze(image, zero)" + chw + " logits = Reshape(p, three) }",
        {**weights, "zero": np.array([0]), "three": np.array([3])},
    )
    parsed("eight", "g (float[8,3,16,16] m) => (float[8,3] logits) {" + chw + " logits = Flatten(p) }", weights)
    half = {"w": weights["w"].astype(np.float16)}
    parsed("half", "g (float16[N,3,16,16] m) => (float16[N,3] logits) {" + chw + " logits = Flatten(p) }", half)
    parsed(
        "double",
        "g (double[N,3,16,16] m) => (double[N,3] logits) { p = ReduceMean<axes=[2,3], keepdims=0>(m) logits = MatMul(p, w) }",
        {"w": COLOURS[:3].reshape(3, 3).T.astype(np.float64)},
    )
    parsed(
        "grey",
        "g (float[N,1,16,16] m) => (float[N,2] logits) {" + chw + " logits = Flatten(p) }",
        {"w": np.array([1, -1], f32).reshape(2, 1, 1, 1)},
    )
    parsed(
        "multi-label",
        "g (float[N,3,16,16] m) => (float[N,3] labels) {" + chw + " f = Flatten(p) labels = Sigmoid(f) }",
        weights,
    )
    parsed(
        "pools",
        "g (float[N,3,H,W] m) => (float[N,3] logits) { a = MaxPool<kernel_shape=[3,3], strides=[2,2]>(m)"
        " b = MaxPool<kernel_shape=[3,3], strides=[2,2]>(a) c = MaxPool<kernel_shape=[3,3], strides=[2,2]>(b)"
        " p = GlobalAveragePool(c) logits = Flatten(p) }",
    )


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    many()
    small()
