"""Writes test/fixtures/nets: tiny untrained networks as ONNX, each with PyTorch's float64 numbers. It tests nothing.

    python scripts/python/fixtures.py

Per network <id>: one .onnx a form (exporter, opset), and .npy files (float32, computed in float64) described in
manifest.json: x [2, ...], logits [2, classes], gradients [objective, 2, ...] of the logits in `classes`, and for
networks with a named layer: its activation [2, K, h, w], the gradient there and the Grad-CAM sum for classes[0],
cam = Σ_k (mean_ij dy/dA_kij) A_k before ReLU.
"""

import json
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

import fixture_nets

TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "nets"


def export(model, x, file, exporter, opset):
    """Exports with a dynamic batch. The exporter `unfolded` is TorchScript's that leaves batch normalisations."""
    names = {"input_names": ["image"], "output_names": ["logits"], "opset_version": opset}
    if exporter == "dynamo":
        shapes = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(
            model, (x,), str(file), dynamo=True, dynamic_shapes=shapes, external_data=False, verbose=False, **names
        )
    else:
        if exporter == "unfolded":
            names |= {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
        axes = {"image": {0: "batch"}, "logits": {0: "batch"}}
        torch.onnx.export(model, (x,), str(file), dynamo=False, dynamic_axes=axes, **names)
    made = onnx.load(file)
    for node in made.graph.node:  # where in PyTorch's source a node came from: machine paths, and most of the file
        del node.metadata_props[:]
    onnx.checker.check_model(made)
    onnx.save(made, file)


def find_layer(file, x, activation):
    """The name of the ONNX value that equals `activation`: the exporters invent names."""
    made = onnx.shape_inference.infer_shapes(onnx.load(file))
    names = [v.name for v in made.graph.value_info if v.type.tensor_type.elem_type == onnx.TensorProto.FLOAT]
    for name in names:
        made.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(names, {"image": x})
    same = [n for n, v in zip(names, found) if v.shape == activation.shape and np.allclose(v, activation, atol=1e-5)]
    if not same:
        raise ValueError(f"{file.name}: no value equals the named layer")
    return same[0]


def differentiate(model, layer, x, classes):
    """Logits, input gradients, and activation and gradient at the layer for classes[0], in x's precision."""
    kept = {}

    def keep(_module, _inputs, output):
        kept["layer"] = output

    handle = layer.register_forward_hook(keep) if layer is not None else None
    x = x.clone().requires_grad_()
    logits = model(x)
    if handle is not None:
        handle.remove()
    gradients = [torch.autograd.grad(logits[:, c].sum(), x, retain_graph=True)[0] for c in classes]
    result = {"logits": logits.detach(), "gradients": torch.stack(gradients)}
    if layer is not None:
        (gradient,) = torch.autograd.grad(logits[:, classes[0]].sum(), kept["layer"])
        activation = kept["layer"].detach()
        result |= {"activation": activation, "layerGradient": gradient}
        if activation.dim() == 4:
            result["cam"] = (gradient.mean((2, 3), keepdim=True) * activation).sum(1)
    return result


def clear_image(net, shape):
    """Two samples whose float32 gradient agrees with float64, so no ReLU or maximum sits within rounding of a tie."""
    for seed in range(1, 50):
        x = torch.randn(2, *shape, generator=torch.Generator().manual_seed(seed))
        single = differentiate(net.model.float(), None, x, net.classes)["gradients"].double()
        double = differentiate(net.model.double(), None, x.double(), net.classes)["gradients"]
        error = float((single - double).abs().max() / double.abs().max())
        if error < 2e-6:
            return x, error
    raise ValueError(f"{net.id}: no image stays clear of the kinks")


def write(net):
    """All files of one network; returns its entry of the manifest."""
    x, error = clear_image(net, net.shape)
    numbers = differentiate(net.model.double(), net.layer, x.double(), net.classes)
    net.model.float()
    entry = {"id": net.id, "title": net.title, "classes": net.classes, "float32Error": error, "models": [], "files": {}}
    for exporter, opset in net.forms:
        file = TARGET / f"{net.id}-{exporter}-{opset}.onnx"
        export(net.model, x, file, exporter, opset)
        session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        for batch in (x.numpy(), x.numpy()[:1]):
            np.testing.assert_allclose(
                session.run(["logits"], {"image": batch})[0],
                numbers["logits"].numpy()[: len(batch)],
                rtol=1e-4,
                atol=1e-5,
            )
        model = {"file": file.name, "exporter": exporter, "opset": opset}
        if net.layer is not None:
            model["layer"] = find_layer(file, x.numpy(), numbers["activation"].numpy())
        entry["models"].append(model)
    for name, value in {"x": x, **numbers}.items():
        entry["files"][name] = f"{net.id}.{name}.npy"
        np.save(TARGET / entry["files"][name], value.numpy().astype(np.float32))
    return entry


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.iterdir():
        old.unlink()
    entries = [write(net) for net in fixture_nets.nets()]
    (TARGET / "manifest.json").write_text(json.dumps({"nets": entries}, indent=1) + "\n")
    for e in entries:
        sizes = ", ".join(f"{m['file']} {(TARGET / m['file']).stat().st_size} bytes" for m in e["models"])
        print(f"{e['id']}: float32 error {e['float32Error']:.1e}; {sizes}")
    print(sum(f.stat().st_size for f in TARGET.iterdir()), "bytes in all")


if __name__ == "__main__":
    main()
