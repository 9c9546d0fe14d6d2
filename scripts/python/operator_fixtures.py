"""Writes test/fixtures/operators.json: gradients of single ONNX operators by torch.autograd in float64.

    python scripts/python/operator_fixtures.py

A case is { name, op, opset, attributes, inputs, outputs, dy, gradients }. An input is { dims, dtype, data } or null
(left out); outputs and dy are lists of { dims, data }; gradients[i] = d(Σ dy · y) / d inputs[i] as data, or null where
none is asked for. Every case is also run by ONNX Runtime, which proves that the node and the PyTorch expression are the
same function. Inputs are multiples of 1/128, so that decimal text holds them exactly.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import helper

import operators

TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "operators.json"
NAMES = {torch.float64: "float32", torch.int64: "int64", torch.bool: "bool"}
NUMPY = {"float32": np.float32, "int64": np.int64, "bool": np.bool_}


def numbers(tensor):
    """The tensor's values as a flat list with nine significant digits."""
    values = tensor.detach().flatten().tolist()
    return [float(f"{v:.9g}") for v in values] if tensor.dtype == torch.float64 else values


def run_onnx(case, outputs):
    """The node alone in ONNX Runtime, float32."""
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(case.inputs)]
    feeds = {n: x.numpy().astype(NUMPY[NAMES[x.dtype]]) for n, x in zip(names, case.inputs) if x is not None}
    node = helper.make_node(case.op, names, [f"y{i}" for i in range(outputs)], **case.attributes)
    graph = helper.make_graph(
        [node],
        case.name,
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in feeds.items()],
        [helper.make_tensor_value_info(f"y{i}", onnx.TensorProto.FLOAT, None) for i in range(outputs)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", case.opset)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def evaluate(case):
    """The JSON record of a case; raises when ONNX Runtime and PyTorch compute different functions."""
    asked = [x is not None and x.dtype == torch.float64 and i in case.wrt for i, x in enumerate(case.inputs)]
    inputs = [x.clone().requires_grad_() if a else x for x, a in zip(case.inputs, asked)]
    outputs = case.function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    for got, want in zip(run_onnx(case, len(outputs)), outputs):
        np.testing.assert_array_equal(got.shape, tuple(want.shape), err_msg=case.name)
        np.testing.assert_allclose(got, want.detach().numpy(), rtol=2e-5, atol=2e-5, err_msg=case.name)
    dy = [operators.grid(y.shape, 7) for y in outputs]
    wanted = [x for x, a in zip(inputs, asked) if a]
    found = iter(torch.autograd.grad(outputs, wanted, dy))
    gradients = [numbers(next(found)) if a else None for a in asked]
    described = [
        None if x is None else {"dims": list(x.shape), "dtype": NAMES[x.dtype], "data": numbers(x)} for x in case.inputs
    ]
    return {
        "name": case.name,
        "op": case.op,
        "opset": case.opset,
        "attributes": case.attributes,
        "inputs": described,
        "outputs": [{"dims": list(y.shape), "data": numbers(y)} for y in outputs],
        "dy": [{"dims": list(y.shape), "data": numbers(y)} for y in dy],
        "gradients": gradients,
    }


def main():
    torch.set_num_threads(1)
    records, failures = [], []
    for case in operators.cases():
        try:
            records.append(evaluate(case))
        except Exception as error:
            failures.append(f"{case.name}: {' '.join(str(error).split())[:300]}")
    names = [r["name"] for r in records]
    if len(set(names)) != len(names):
        failures.append("two cases share a name")
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in records)
    TARGET.write_text(f"[\n{lines}\n]\n")
    print(f"{len(records)} cases, {len({r['op'] for r in records})} operators, {TARGET.stat().st_size} bytes")
    if failures:
        raise SystemExit("left out:\n" + "\n".join(failures))


if __name__ == "__main__":
    main()
