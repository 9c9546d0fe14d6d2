"""Makes test/onnx/fixtures with the onnx package, an independent writer: every element type, external data, functions, what changed
its form between opset 7 and 18, and the element types that onnx infers.

    python3 -m venv .venv && .venv/bin/pip install onnx==1.23.0 numpy && .venv/bin/python scripts/python/onnx_fixtures.py
"""

import json
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test/onnx/fixtures"
FLOAT = T.FLOAT

NAMES = {
    T.FLOAT: "float32",
    T.UINT8: "uint8",
    T.INT8: "int8",
    T.UINT16: "uint16",
    T.INT16: "int16",
    T.INT32: "int32",
    T.INT64: "int64",
    T.STRING: "string",
    T.BOOL: "bool",
    T.FLOAT16: "float16",
    T.DOUBLE: "float64",
    T.UINT32: "uint32",
    T.UINT64: "uint64",
    T.COMPLEX64: "complex64",
    T.COMPLEX128: "complex128",
    T.BFLOAT16: "bfloat16",
    T.FLOAT8E4M3FN: "float8e4m3fn",
    T.FLOAT8E4M3FNUZ: "float8e4m3fnuz",
    T.FLOAT8E5M2: "float8e5m2",
    T.FLOAT8E5M2FNUZ: "float8e5m2fnuz",
    T.UINT4: "uint4",
    T.INT4: "int4",
    T.FLOAT4E2M1: "float4e2m1",
    T.FLOAT8E8M0: "float8e8m0",
    T.UINT2: "uint2",
    T.INT2: "int2",
}


def save(model, name):
    (OUT / name).write_bytes(model.SerializeToString())


def info(name, dtype, shape):
    return h.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs, outputs, opset=18, ir=10, initializers=(), **more):
    graph = h.make_graph(nodes, "fixture", inputs, outputs, list(initializers))
    imports = [h.make_opsetid("", opset)] + [h.make_opsetid(d, 1) for d in more.pop("domains", ())]
    return h.make_model(graph, opset_imports=imports, ir_version=ir, producer_name="onnx_fixtures", **more)


def values_of(code):
    """Five elements of a type, extremes included."""
    if code == T.STRING:
        return np.array(["", "a", "Müller", "x" * 20, "5"], dtype=object)
    dtype = h.tensor_dtype_to_np_dtype(code)
    if code == T.BOOL:
        return np.array([True, False, True, True, False])
    if code in (T.COMPLEX64, T.COMPLEX128):
        return np.array([1 + 2j, -0.5, 3j, 1e10, 0], dtype=dtype)
    if NAMES[code].startswith(("int", "uint")):
        limits = ml_dtypes.iinfo(dtype) if "4" == NAMES[code][-1] or "2" == NAMES[code][-1] else np.iinfo(dtype)
        return np.array([int(limits.min), 1, int(limits.max), 0, 1], dtype=dtype)
    return np.array([1, 0.5, 2, 4, 1], dtype=np.float64).astype(dtype)


def dtypes():
    """Each type twice: in `raw_data`, and in the typed field that belongs to it."""
    tensors, expected = [], {}
    for code, name in NAMES.items():
        array = values_of(code)
        for kind in ("raw", "typed"):
            if kind == "raw" and code == T.STRING:
                continue
            raw = numpy_helper.from_array(array) if code != T.STRING else None
            tensor = (
                h.make_tensor(f"{name}-raw", code, [5], raw.raw_data, raw=True)
                if kind == "raw"
                else h.make_tensor(f"{name}-typed", code, [5], list(array))
            )
            tensors.append(tensor)
            # What lies in memory: one element after the other, sub-byte ones in a byte each, little-endian.
            if code == T.STRING:
                expected[tensor.name] = [str(v) for v in array]
            elif name[-1] in "24" and name[:-1] in ("int", "uint"):
                bits = int(name[-1])
                expected[tensor.name] = bytes(int(v) & (2**bits - 1) for v in array).hex()
            elif code == T.FLOAT4E2M1:
                expected[tensor.name] = (array.view(np.uint8) & 15).tobytes().hex()
            else:
                expected[tensor.name] = array.tobytes().hex()
    scalar = h.make_tensor("scalar", FLOAT, [], [2.5])
    empty = h.make_tensor("empty", T.INT64, [0], [])
    expected |= {"scalar": np.float32(2.5).tobytes().hex(), "empty": ""}
    node = h.make_node("Identity", ["x"], ["y"])
    save(
        model([node], [info("x", FLOAT, [1])], [info("y", FLOAT, [1])], ir=14, initializers=[*tensors, scalar, empty]),
        "dtypes.onnx",
    )
    (OUT / "dtypes.json").write_text(json.dumps(expected, indent=1) + "\n")


def external():
    """Weights in a file beside the model, at an offset; one of them in a Constant."""
    data = np.arange(40, dtype=np.float32)
    (OUT / "external.bin").write_bytes(data.tobytes())

    def outside(name, offset, count):
        tensor = T(name=name, data_type=FLOAT, dims=[count], data_location=T.EXTERNAL)
        for key, value in (("location", "external.bin"), ("offset", str(4 * offset)), ("length", str(4 * count))):
            tensor.external_data.add(key=key, value=value)
        return tensor

    nodes = [
        h.make_node("Constant", [], ["c"], value=outside("c", 20, 4)),
        h.make_node("Add", ["x", "w"], ["s"]),
        h.make_node("Mul", ["s", "c"], ["y"]),
    ]
    save(
        model(nodes, [info("x", FLOAT, [4])], [info("y", FLOAT, [4])], initializers=[outside("w", 8, 4)]),
        "external.onnx",
    )


def functions():
    """Functions that call functions, with attributes by reference and by default, an If inside, an input passed through."""
    own = [h.make_opsetid("", 18), h.make_opsetid("own", 1)]

    def reference(op, inputs, outputs, attribute, ref, kind):
        node = h.make_node(op, inputs, outputs)
        node.attribute.add(name=attribute, ref_attr_name=ref, type=kind)
        return node

    leaky = h.make_function(
        "own",
        "Leaky",
        ["a"],
        ["b", "same"],
        [
            reference("LeakyRelu", ["a"], ["t"], "alpha", "slope", onnx.AttributeProto.FLOAT),
            h.make_node("Neg", ["t"], ["n"]),
            h.make_node("Neg", ["n"], ["b"]),
            h.make_node("Identity", ["a"], ["same"]),
        ],
        own[:1],
        attributes=["slope"],
    )
    branch = lambda name, op: h.make_graph([h.make_node(op, ["t"], [name])], name, [], [info(name, FLOAT, None)])
    chosen = h.make_function(
        "own",
        "Chosen",
        ["a", "which"],
        ["b"],
        [
            reference("Leaky", ["a"], ["t", "unused"], "slope", "s", onnx.AttributeProto.FLOAT),
            h.make_node("If", ["which"], ["b"], then_branch=branch("t1", "Exp"), else_branch=branch("t2", "Abs")),
        ],
        own,
        attributes=[],
        attribute_protos=[h.make_attribute("s", 0.25)],
    )
    chosen.node[0].domain = "own"
    nodes = [
        h.make_node("Greater", ["x", "zero"], ["g"]),
        h.make_node("ReduceMax", ["x"], ["m"], keepdims=0),
        h.make_node("Greater", ["m", "zero"], ["positive"]),
        h.make_node("Chosen", ["x", "positive"], ["p"], domain="own", name="first", s=0.5),
        h.make_node("Chosen", ["x", "positive"], ["q"], domain="own", name="second"),
        h.make_node("Leaky", ["q"], ["r", "r2"], domain="own", slope=2.0),
        h.make_node("Sum", ["p", "q", "r", "r2"], ["y"]),
    ]
    zero = h.make_tensor("zero", FLOAT, [], [0.0])
    made = model(
        nodes,
        [info("x", FLOAT, [2, 3])],
        [info("y", FLOAT, [2, 3])],
        initializers=[zero],
        domains=["own"],
        functions=[leaky, chosen],
    )
    onnx.checker.check_model(made)
    save(made, "functions.onnx")

    old = h.make_function(
        "own",
        "Old",
        ["a"],
        ["b"],
        [h.make_node("ReduceMean", ["a"], ["m"], axes=[1], keepdims=1), h.make_node("Softmax", ["m"], ["b"], axis=1)],
        [h.make_opsetid("", 11)],
    )
    # A model of opset 18 with a function of opset 11 (ONNX Runtime takes the caller's opset; the standard says the function's).
    mixed = model(
        [h.make_node("Old", ["x"], ["y"], domain="own")],
        [info("x", FLOAT, [2, 3, 4])],
        [info("y", FLOAT, [2, 1, 4])],
        domains=["own"],
        functions=[old],
    )
    save(mixed, "mixed-functions.onnx")


def inferred():
    """A chain through the operators whose output has another type than their input, and the types that onnx infers."""
    nodes = [
        h.make_node("Shape", ["x"], ["shape"]),
        h.make_node("Cast", ["shape"], ["half"], to=T.FLOAT16),
        h.make_node("ArgMax", ["x"], ["arg"], axis=1),
        h.make_node("TopK", ["x", "k"], ["top", "which"]),
        h.make_node("MaxPool", ["x"], ["pool", "places"], kernel_shape=[1, 1]),
        h.make_node("Equal", ["x", "x"], ["same"]),
        h.make_node("Where", ["same", "x", "x"], ["chosen"]),
        h.make_node("Not", ["same"], ["differs"]),
        h.make_node("Dropout", ["x"], ["kept", "mask"]),
        h.make_node("ConstantOfShape", ["shape"], ["zeros"]),
        h.make_node("ConstantOfShape", ["shape"], ["ones"], value=h.make_tensor("", T.INT32, [1], [1])),
        h.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        h.make_node("DequantizeLinear", ["q", "scale", "zero"], ["d"]),
        h.make_node("DynamicQuantizeLinear", ["x"], ["dq", "dscale", "dzero"]),
        h.make_node("OneHot", ["arg", "depth", "values"], ["hot"]),
        h.make_node("CastLike", ["arg", "x"], ["like"]),
        h.make_node("IsNaN", ["x"], ["nan"]),
        h.make_node("NonZero", ["x"], ["where"]),
        h.make_node("RandomUniformLike", ["x"], ["noise"], dtype=T.DOUBLE),
        h.make_node("EyeLike", ["pool2d"], ["eye"], dtype=T.INT32),
        h.make_node("Constant", [], ["pool2d"], value=h.make_tensor("", FLOAT, [2, 2], [1, 2, 3, 4])),
        h.make_node("Constant", [], ["cints"], value_ints=[1, 2]),
        h.make_node("Constant", [], ["cfloat"], value_float=1.0),
        h.make_node("Gather", ["x", "cints"], ["taken"]),
        h.make_node("Size", ["x"], ["size"]),
        h.make_node("Split", ["x"], ["left", "right"], axis=3, num_outputs=2),
        h.make_node("Unique", ["x"], ["u", "ui", "uj", "un"]),
        h.make_node("Range", ["size", "size", "size"], ["range"]),
        h.make_node("Pow", ["x", "cints"], ["power"]),
        h.make_node("Bernoulli", ["x"], ["coin"], dtype=T.BOOL),
        h.make_node("MatMulInteger", ["q", "q"], ["mi"]),
        h.make_node(
            "If",
            ["flag"],
            ["branch"],
            then_branch=h.make_graph([h.make_node("Shape", ["x"], ["b1"])], "a", [], [info("b1", T.INT64, None)]),
            else_branch=h.make_graph([h.make_node("Shape", ["x"], ["b2"])], "b", [], [info("b2", T.INT64, None)]),
        ),
        h.make_node("Identity", ["x"], ["y"]),
    ]
    nodes = [nodes[20]] + nodes[:20] + nodes[21:]
    tensors = [
        h.make_tensor("k", T.INT64, [1], [1]),
        h.make_tensor("scale", FLOAT, [], [0.1]),
        h.make_tensor("zero", T.INT8, [], [0]),
        h.make_tensor("depth", T.INT64, [], [3]),
        h.make_tensor("values", T.DOUBLE, [2], [0, 1]),
        h.make_tensor("flag", T.BOOL, [], [1]),
    ]
    made = model(nodes, [info("x", FLOAT, [1, 2, 2, 2])], [info("y", FLOAT, [1, 2, 2, 2])], initializers=tensors)
    save(made, "inferred.onnx")
    sources = {"inferred.onnx": made}
    for path in sorted((ROOT / "test/fixtures/nets").glob("*.onnx")):
        sources[path.name] = onnx.load(path)
    types = {}
    for name, source in sources.items():
        graph = onnx.shape_inference.infer_shapes(source).graph
        known = {v.name: v.type.tensor_type.elem_type for v in [*graph.value_info, *graph.output]}
        outputs = [o for node in graph.node for o in node.output if o and known.get(o)]
        types[name] = {o: NAMES[known[o]] for o in outputs}
    (OUT / "inferred.json").write_text(json.dumps(types) + "\n")


def forms():
    """For each operator and version from 8 to 18: what of its form changed (attributes, number of inputs and outputs)."""
    versions = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            versions.setdefault(schema.name, {})[schema.since_version] = schema

    def form(schema):
        default = lambda a: h.get_attribute_value(a.default_value) if a.default_value and a.default_value.name else None
        attributes = {k: (str(a.type), a.required, str(default(a))) for k, a in schema.attributes.items()}
        return (
            attributes,
            [str(i.option) for i in schema.inputs],
            [str(o.option) for o in schema.outputs],
            schema.deprecated,
        )

    changes = []
    for name, history in sorted(versions.items()):
        numbers = sorted(history)
        for before, after in zip(numbers, numbers[1:]):
            if 8 <= after <= 18 and form(history[before]) != form(history[after]):
                changes.append(f"{name} {after}")
    (OUT / "forms.json").write_text(json.dumps(changes) + "\n")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    dtypes()
    external()
    functions()
    inferred()
    forms()
    print(sum(f.stat().st_size for f in OUT.iterdir()), "bytes in", OUT.relative_to(ROOT))


if __name__ == "__main__":
    main()
