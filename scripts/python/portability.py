"""Checks ONNX files and runs them in Python's onnxruntime, as a job file says; scripts/portability.ts compares.

    python scripts/python/portability.py job.json

The job: {"checks": [file, ...], "runs": [{"model": file, "optimization": "all" | "disabled",
"engine": "onnxruntime" | "openvino", "feeds": {input: npy file},
"outputs": {output: npy file to write}}, ...]}. Prints {"checks": [null | message, ...], "runs": [null | message, ...]}.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

LEVELS = {
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
}


def check(file):
    """onnx.checker with full shape inference; then strict shape inference with data propagation."""
    onnx.checker.check_model(file, full_check=True)
    onnx.shape_inference.infer_shapes(onnx.load(file), check_type=True, strict_mode=True, data_prop=True)


def session(model, optimization):
    options = ort.SessionOptions()
    options.graph_optimization_level = LEVELS[optimization]
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_openvino(job, models={}):
    import openvino

    if job["model"] not in models:
        models.clear()
        # Without the hint OpenVINO computes in bfloat16 where the processor has it.
        hint = {"INFERENCE_PRECISION_HINT": "f32"}
        models[job["model"]] = openvino.Core().compile_model(job["model"], "CPU", hint)
    answers = models[job["model"]]({name: np.load(file) for name, file in job["feeds"].items()})
    for name, file in job["outputs"].items():
        np.save(file, answers[name])


def run(job, sessions={}):
    if job["engine"] == "openvino":
        return run_openvino(job)
    key = job["model"], job["optimization"]
    if key not in sessions:
        sessions.clear()  # runs of one model follow each other; one session at a time is enough
        sessions[key] = session(*key)
    feeds = {name: np.load(file) for name, file in job["feeds"].items()}
    names = list(job["outputs"])
    for name, value in zip(names, sessions[key].run(names, feeds)):
        np.save(job["outputs"][name], value)


def message(work, argument):
    """None when the work succeeds, else what went wrong in one line."""
    try:
        work(argument)
        return None
    except Exception as failure:
        return f"{type(failure).__name__}: {' '.join(str(failure).split())}"[:600]


def main():
    job = json.loads(Path(sys.argv[1]).read_text())
    answer = {
        "checks": [message(check, file) for file in job["checks"]],
        "runs": [message(run, r) for r in job["runs"]],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
