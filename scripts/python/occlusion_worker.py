"""Captum's side of bench/perturbation.ts: a torchvision model, and how many windows a second its Occlusion asks for.

Lines: `load NAME FILE` builds the model and exports it to FILE at 224x224 unless it is there; `run SECONDS WINDOW STRIDE` occludes a picture of
noise for that long, 16 windows at once, and answers windows a second. Answers are JSON, one a line.
"""

import json
import sys
import time

import bench_worker  # first: it sets the number of threads
import torch
import zoo_models
from captum.attr import Occlusion

ROWS = 16


class Spent(Exception):
    pass


def windows_a_second(model, seconds, window, stride):
    x = torch.randn(1, 3, 224, 224)
    asked = 0

    def forward(images):
        nonlocal asked
        if time.perf_counter() - start > seconds:
            raise Spent
        answer = model(images)
        asked += len(images)
        return answer

    start = time.perf_counter()
    with torch.inference_mode():
        while True:
            try:
                Occlusion(forward).attribute(
                    x, (3, window, window), (3, stride, stride), baselines=0, target=0, perturbations_per_eval=ROWS
                )
            except Spent:
                return asked / (time.perf_counter() - start)


def main():
    model = None
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "load":
            model = zoo_models.build(rest[0]).model
            bench_worker.export(model, torch.randn(1, 3, 224, 224), rest[1])
            answer = {}
        else:
            answer = {"rate": windows_a_second(model, float(rest[0]), int(rest[1]), int(rest[2]))}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
