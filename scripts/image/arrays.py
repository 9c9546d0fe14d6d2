"""Writes test/tensor/fixtures/npy.json: small .npy files as NumPy writes them, with their numbers. Needs numpy."""

import base64, io, json, pathlib

import numpy as np

out = pathlib.Path(__file__).parents[2] / "test/tensor/fixtures/npy.json"
out.parent.mkdir(parents=True, exist_ok=True)
arrays = {
    "float32": np.array([[0.1, -2.5, 3e-8], [np.pi, 1e20, 0]], np.float32),
    "float64": np.array([1 / 3], np.float64),
    "float16": np.array([1.5, -0.25], np.float16),
    "int64": np.array([[[2**60], [-5]]], np.int64),
    "uint64": np.array([2**63], np.uint64),
    "int32": np.array(-7, np.int32),
    "uint8": np.zeros((0, 3), np.uint8),
    "int16": np.arange(-3, 3, dtype=np.int16).reshape(3, 2),
    "bool": np.array([True, False]),
}
cases = []
for dtype, array in arrays.items():
    buffer = io.BytesIO()
    np.save(buffer, array)
    cases.append({"dtype": dtype, "dims": list(array.shape), "values": [str(v) for v in array.ravel().tolist()], "file": base64.b64encode(buffer.getvalue()).decode()})
refused = {}
for name, array in {"Fortran order": np.asfortranarray(np.ones((2, 3), np.float32)), "its type is '>f4'": np.ones(2, ">f4"), "its type is '<c8'": np.ones(2, np.complex64)}.items():
    buffer = io.BytesIO()
    np.save(buffer, array)
    refused[name] = base64.b64encode(buffer.getvalue()).decode()
out.write_text(json.dumps({"arrays": cases, "refused": refused}, indent=1))
