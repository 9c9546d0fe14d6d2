"""Keras applications through tf2onnx for the zoo, next to TensorFlow's own float64 gradient. It needs no PyTorch.

    python scripts/python/zoo_keras.py --list                                   # name exporter opset, one a line
    python scripts/python/zoo_keras.py --all                                    # every entry that is not cached
    python scripts/python/zoo_keras.py --export MobileNetV2 --opset 15 [--out DIR] [--force]

TensorFlow and PyTorch do not share an environment well; this script has its own, which zoo.py finds there:

    python3 -m venv .venv-keras && .venv-keras/bin/pip install -r scripts/python/requirements-keras.txt

An entry is as zoo.py writes it, but x.npy and grad64.npy are [1, size, size, 3]. The float64 gradient is that of the same
application built in float64 with the same weights. With `softmax`, the file ends in probabilities, as Keras writes it by
default, and the objective is the number before the softmax.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime as ort  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402
import zoo_plan  # noqa: E402

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "zoo"
EXPORTER = "tf2onnx"
CLEAR, SEEDS = 1e-5, 16


def image(size, seed):
    """A smooth random image with a little noise, in 0..255: [1, size, size, 3] float32."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((1, size, size, 3), np.float32)
    for octave, cells in enumerate((2, 4, 8, 16, 32)):
        coarse = rng.standard_normal((1, cells, cells, 3)).astype(np.float32) * 0.6**octave
        pixels += tf.image.resize(coarse, (size, size), method="bicubic").numpy()
    pixels += 0.1 * rng.standard_normal(pixels.shape)
    return (255 / (1 + np.exp(-pixels))).astype(np.float32)


def prepared(name, pixels):
    """The application's own preprocessing, where it is not part of the model."""
    apps = keras.applications
    modules = {"MobileNetV2": apps.mobilenet_v2, "DenseNet121": apps.densenet, "InceptionV3": apps.inception_v3}
    return modules[name].preprocess_input(pixels.copy()) if name in modules else pixels


def application(name, floatx, activation=None):
    """The application with every layer and cast in `floatx`: 'float32' or 'float64'."""
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(floatx)  # made once from floatx, and then kept
    size = zoo_plan.KERAS[name][0]
    build = getattr(keras.applications, name)
    return build(weights=None, input_shape=(size, size, 3), classifier_activation=activation)


def shake(model):
    """Random numbers where the start is constant (norm gains, biases, layer scales), so that every branch carries signal;
    batch normalisations keep about nine in ten units above zero, which keeps float32 gradients meaningful."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        norm = isinstance(layer, keras.layers.BatchNormalization)
        for variable in layer.trainable_variables:
            value = variable.numpy()
            if value.size < 2 or value.min() != value.max():
                continue
            if norm:
                gain = "gamma" in variable.path
                value = rng.uniform(0.3, 0.7, value.shape) if gain else rng.normal(0.5, 0.4, value.shape)
            elif value.flat[0] != 0:
                value = rng.uniform(0.3, 0.9, value.shape)
            else:
                value = rng.normal(0, 0.05, value.shape)
            variable.assign(value.astype(np.float32))


def calibrate(model, name, size):
    """Batch normalisations take the statistics of a random batch."""
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if not norms:
        return
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(prepared(name, np.concatenate([image(size, seed) for seed in range(100, 108)])), training=True)
    for norm, momentum in zip(norms, before, strict=True):
        norm.momentum = momentum


def gradient(model, x, index=None):
    """Logits and the gradient of logits[0, index] at x, in the model's precision; index None takes the largest."""
    x = tf.constant(x, model.compute_dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = model(x, training=False)
        index = int(np.argmax(logits[0])) if index is None else index
        objective = logits[0, index]
    return logits.numpy(), tape.gradient(objective, x).numpy(), index


def relative(a, b):
    return float(np.linalg.norm((a.astype(np.float64) - b).ravel()) / np.linalg.norm(b.ravel()))


def reference(name, model, double, size):
    """The image of several at which float32 and float64 agree best (see zoo.py), with both results."""
    best = None
    for seed in range(1, SEEDS + 1):
        x = prepared(name, image(size, seed))
        logits, grad, index = gradient(double, x)
        error = relative(gradient(model, x, index)[1], grad)
        if best is None or error < best["error"]:
            best = {"x": x, "logits": logits, "gradient": grad, "index": index, "error": error, "seed": seed}
        if error < CLEAR:
            break
    return best


def write_onnx(model, size, file, opset, output):
    """The model as a function of an image batch, through tf2onnx.

    tf2onnx leaves captured tensors without a value in the file; arrays it writes as constants.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.mean, layer.variance = np.asarray(layer.mean), np.asarray(layer.variance)

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32, name="image")])
    def forward(image):
        return {output: model(image, training=False)}

    tf2onnx.convert.from_function(forward, forward.input_signature, opset=opset, output_path=str(file))


def largest_error(file, x, output, want):
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 2, 3
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    (got,) = session.run([output], {"image": np.concatenate([x, x])})
    return float(np.abs(got[:1] - want).max() / np.abs(want).max())


def export(name, opset, folder):
    size, softmax, _ = zoo_plan.KERAS[name]
    folder.mkdir(parents=True, exist_ok=True)
    started, file = time.time(), folder / "model.onnx"
    made = {"name": name, "exporter": EXPORTER, "opset": opset, "model": "model.onnx"}
    try:
        keras.utils.set_random_seed(0)
        model = application(name, "float32")
        shake(model)
        calibrate(model, name, size)
        double = application(name, "float64")
        double.set_weights(model.get_weights())
        best = reference(name, model, double, size)
        output = "probabilities" if softmax else "logits"
        if best["gradient"].dtype != np.float64:
            raise TypeError(f"the reference gradient is {best['gradient'].dtype}, not float64")
        written = application(name, "float32", "softmax" if softmax else None)
        written.set_weights(model.get_weights())
        write_onnx(written, size, file, opset, output)
        error = largest_error(file, best["x"], output, written(best["x"], training=False).numpy())
        np.save(folder / "x.npy", best["x"])
        np.save(folder / "logits64.npy", best["logits"])
        np.save(folder / "grad64.npy", best["gradient"])
        made |= {
            "inputs": ["image"],
            "outputs": [output],
            "writtenOpset": next(o.version for o in onnx.load(file).opset_import if o.domain in ("", "ai.onnx")),
            "dynamicBatch": True,
            "x": "x.npy",
            "classIndex": best["index"],
            "objective": {"output": output, "axis": 1, "index": best["index"], "reduce": "sum"},
            "logits": "logits64.npy",
            "gradient": "grad64.npy",
            "gradientNorm": float(np.linalg.norm(best["gradient"])),
            "float32Error": best["error"],
            "seed": best["seed"],
            "logitsError": error,
            "ok": error < 1e-3,
        }
        if error >= 1e-3:
            made["error"] = f"ONNX Runtime's output differs from TensorFlow's by {error:.1e} (relative to the largest)"
    except Exception as failure:
        text = str(failure).strip()
        made |= {"ok": False, "error": f"{type(failure).__name__}: {text.splitlines()[0] if text else ''}"[:500]}
    made["seconds"] = round(time.time() - started, 1)
    (folder / "entry.json").write_text(json.dumps(made, indent=2) + "\n")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the plan: name exporter opset")
    parser.add_argument("--all", action="store_true", help="make every entry that is not cached")
    parser.add_argument("--export", metavar="NAME", choices=zoo_plan.KERAS)
    parser.add_argument("--opset", type=int)
    parser.add_argument("--out", type=Path, help="the entry's folder")
    parser.add_argument("--force", action="store_true", help="make a cached entry again")
    args = parser.parse_args()
    names = list(zoo_plan.KERAS) if args.all or args.list else [args.export] if args.export else []
    tf.config.threading.set_intra_op_parallelism_threads(2)
    for name in names:
        opset = args.opset or zoo_plan.KERAS[name][2]
        if args.list:
            print(name, EXPORTER, opset)
            continue
        folder = args.out or CACHE / f"{name}-{EXPORTER}-{opset}"
        if (folder / "entry.json").exists() and not args.force:
            continue
        made = export(name, opset, folder)
        ending = f"gradient {made['float32Error']:.1e}, logits {made['logitsError']:.1e}" if made["ok"] else made["error"]
        print(f"{name} {EXPORTER} {opset}: {ending}, {made['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
