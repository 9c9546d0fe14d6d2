"""Exports models with random weights to ONNX, next to PyTorch's own float64 gradient. It compares nothing with Fovea.

    python scripts/python/zoo.py --list                                       # one planned entry a line
    python scripts/python/zoo.py --export resnet18 --exporter dynamo --opset 18 [--out DIR]
    python scripts/python/zoo.py --all                                        # the whole plan, one at a time

An entry is a folder (default .cache/zoo/<name>-<exporter>-<opset>) with model.onnx, x.npy [1, 3, size, size] float32,
logits64.npy, grad64.npy (d objective / d x, float64) and entry.json. An entry that has entry.json is left alone.
The objective is the sum of output[..., index, ...] with `index` on `axis`: for a classifier, one logit.
"""

import argparse
import copy
import json
import logging
import os
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

import zoo_models
import zoo_plan

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "zoo"
OLD_OPSETS = ["resnet18", "squeezenet1_1", "mobilenet_v2", "densenet121", "googlenet", "mobilenet_v3_small"]
SEEDS, SECONDS, CLEAR = 16, 30, 1e-5
FIRST = ["resnet18", "squeezenet1_1", "mobilenet_v2", "vgg11"]


def plan():
    """(name, exporter, opset) in the order in which --all makes them."""
    names = FIRST + [n for n in zoo_models.NAMES if n not in FIRST]
    rows = [(n, *form) for n in names for form in (("torchscript", 17), ("dynamo", 18))]
    rows += [(n, "torchscript", opset) for n in OLD_OPSETS for opset in (11, 13)]
    return rows + [(n, "dynamo", 20) for n in names] + zoo_plan.rows()


def gradient(model, axis, x, index):
    """Output and gradient of the objective at x, in x's precision; index None takes the largest.

    PyTorch 2.15 on CPU gives a wrong input gradient for a batch normalisation in eval mode when the incoming gradient is
    one image of transposed tokens (strides as of channels_last, but a short one for the batch): it is made contiguous.
    """
    hooks = [norm.register_forward_hook(contiguous_gradient) for norm in zoo_models.batch_norms(model)]
    x = x.clone().requires_grad_()
    output = model(x)
    for hook in hooks:
        hook.remove()
    if index is None:
        rest = [a for a in range(output.dim()) if a != axis]
        index = int(output.sum(rest).argmax())
    (grad,) = torch.autograd.grad(output.select(axis, index).sum(), x)
    return output.detach(), grad, index


def contiguous_gradient(_norm, _inputs, output):
    output.register_hook(lambda grad: grad.contiguous())


def reference(entry):
    """The image of several at which float32 and float64 gradients agree best, with both results.

    A unit that lies within rounding of a kink (ReLU at 0, a tie in a max-pool) changes the gradient by a whole path, in
    PyTorch as in any other engine. Where two float32 implementations of PyTorch stay clear of that, others will too.
    """
    double, best, started = copy.deepcopy(entry.model).double(), None, time.time()
    for seed in range(1, SEEDS + 1):
        x = zoo_models.image(entry.size, seed)
        logits, grad, index = gradient(double, entry.axis, x.double(), None)
        error = relative(gradient(entry.model, entry.axis, x, index)[1], grad)
        if error < CLEAR:
            with torch.backends.mkldnn.flags(enabled=False):
                error = max(error, relative(gradient(entry.model, entry.axis, x, index)[1], grad))
        if best is None or error < best["float32Error"]:
            best = {
                "x": x,
                "logits": logits,
                "gradient": grad,
                "classIndex": index,
                "float32Error": error,
                "seed": seed,
            }
        if error < CLEAR or time.time() - started > SECONDS:
            break
    return best


def write_onnx(model, x, file, exporter, opset):
    """Writes the file; returns whether its batch is dynamic: not every model exports with more than a batch of 1."""
    names = {"input_names": ["image"], "output_names": ["logits"], "opset_version": opset}
    for dynamic in (True, False):
        try:
            if exporter == "torchscript":
                axes = {"image": {0: "batch"}, "logits": {0: "batch"}} if dynamic else None
                torch.onnx.export(model, (x,), str(file), dynamo=False, dynamic_axes=axes, **names)
            else:
                # torch.export takes a batch of 1 for a constant, hence an example of 2
                example = torch.cat([x, x]) if dynamic else x
                shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
                torch.onnx.export(
                    model,
                    (example,),
                    str(file),
                    dynamo=True,
                    dynamic_shapes=shapes,
                    external_data=False,
                    verbose=False,
                    **names,
                )
            largest_error(file, x, model, 2 if dynamic else 1)
            return dynamic
        except Exception:
            if not dynamic:
                raise
    return False


def largest_error(file, x, model, batch):
    """Largest difference between ONNX Runtime and PyTorch, both float32, relative to PyTorch's largest output."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    images = torch.cat([x.flip(-1)] * (batch - 1) + [x])
    with torch.no_grad():
        want = model(images).numpy()
    (got,) = session.run(["logits"], {"image": images.numpy()})
    if got.shape != want.shape:
        raise ValueError(f"ONNX Runtime gives shape {got.shape}, PyTorch {want.shape}")
    return float(np.abs(got - want).max() / np.abs(want).max())


def written_opset(file):
    """The opset the file really has: an exporter may write another one than asked for."""
    return next(o.version for o in onnx.load(file).opset_import if o.domain in ("", "ai.onnx"))


def relative(a, b):
    return float(torch.linalg.vector_norm(a.double() - b) / torch.linalg.vector_norm(b))


def export(name, exporter, opset, folder):
    """Makes one entry; a failure is an entry too, with ok false and the error in words."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.time()
    made = {"name": name, "exporter": exporter, "opset": opset, "model": "model.onnx"}
    try:
        entry = zoo_models.build(name)
        best = reference(entry)
        x, grad, index = best["x"], best["gradient"], best["classIndex"]
        dynamic = write_onnx(entry.model, x, folder / "model.onnx", exporter, opset)
        error = largest_error(folder / "model.onnx", x, entry.model, 1)
        np.save(folder / "x.npy", x.numpy())
        np.save(folder / "logits64.npy", best["logits"].numpy())
        np.save(folder / "grad64.npy", grad.numpy())
        made |= {
            "inputs": ["image"],
            "outputs": ["logits"],
            "writtenOpset": written_opset(folder / "model.onnx"),
            "dynamicBatch": dynamic,
            "x": "x.npy",
            "classIndex": index,
            "objective": {"output": "logits", "axis": entry.axis, "index": index, "reduce": "sum"},
            "logits": "logits64.npy",
            "gradient": "grad64.npy",
            "gradientNorm": float(torch.linalg.vector_norm(grad)),
            "float32Error": best["float32Error"],
            "seed": best["seed"],
            "logitsError": error,
            "ok": error < 1e-3,
        }
        if error >= 1e-3:
            made["error"] = f"ONNX Runtime's output differs from PyTorch's by {error:.1e} (relative to the largest)"
    except Exception as failure:
        made |= {"ok": False, "error": in_words(failure)}
    made["seconds"] = round(time.time() - started, 1)
    (folder / "entry.json").write_text(json.dumps(made, indent=2) + "\n")
    return made


def elsewhere(exporter, arguments):
    """Hands the entry to the script that makes it; Keras has a Python of its own."""
    python = sys.executable
    if exporter == "tf2onnx":
        python = os.environ.get("FOVEA_KERAS_PYTHON", CACHE.parents[1] / ".venv-keras" / "bin" / "python")
        if not Path(python).exists():
            sys.exit("Keras entries need .venv-keras/, which zoo_keras.py describes, or FOVEA_KERAS_PYTHON.")
    sys.exit(subprocess.run([python, Path(__file__).with_name(zoo_plan.SCRIPTS[exporter]), *arguments]).returncode)


def in_words(failure):
    """The innermost cause, one line, without terminal colours: exporters wrap it in advice."""
    while failure.__cause__ is not None:
        failure = failure.__cause__
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(failure)).strip()
    return f"{type(failure).__name__}: {text.splitlines()[0] if text else ''}"[:500]


def summary(made):
    head = f"{made['name']} {made['exporter']} {made['opset']}: "
    if not made["ok"]:
        return head + made["error"]
    batch = "" if made["dynamicBatch"] else ", fixed batch"
    return (
        head
        + f"logits {made['logitsError']:.1e}, float32 gradient {made['float32Error']:.1e}{batch}, {made['seconds']} s"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the plan: name exporter opset")
    parser.add_argument("--all", action="store_true", help="make every planned entry that is not cached")
    parser.add_argument("--export", metavar="NAME", choices={row[0] for row in plan()})
    parser.add_argument("--exporter", choices=["torchscript", "dynamo", *zoo_plan.SCRIPTS], default="torchscript")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--out", type=Path, help="the entry's folder")
    parser.add_argument("--force", action="store_true", help="make a cached entry again")
    args = parser.parse_args()
    if args.list:
        print("\n".join(" ".join(map(str, row)) for row in plan()))
    elif args.all:
        for name, exporter, opset in plan():
            call = [sys.executable, __file__, "--export", name, "--exporter", exporter, "--opset", str(opset)]
            if not (CACHE / f"{name}-{exporter}-{opset}" / "entry.json").exists():
                subprocess.run(call, check=False)  # its own process: exporters leak memory and may crash
    elif args.export and args.exporter in zoo_plan.SCRIPTS:
        options = ["--out", str(args.out)] * bool(args.out) + ["--force"] * args.force
        elsewhere(args.exporter, ["--export", args.export, "--opset", str(args.opset), *options])
    elif args.export:
        warnings.filterwarnings("ignore")
        logging.disable(logging.WARNING)
        torch.set_num_threads(2)
        folder = args.out or CACHE / f"{args.export}-{args.exporter}-{args.opset}"
        cached = folder / "entry.json"
        if cached.exists() and not args.force:
            print(summary(json.loads(cached.read_text())), "(cached)")
        else:
            print(summary(export(args.export, args.exporter, args.opset, folder)), flush=True)
    else:
        parser.print_help()


if __name__ == "__main__":
    main()
