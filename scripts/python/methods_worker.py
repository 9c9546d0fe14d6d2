"""The peers' side of bench/methods.ts: Captum's and pytorch-grad-cam's methods on one model, one timed run a line.

Lines: `load NAME FILE` builds the torchvision model (or efficientnet-lite0, timm's), exports it to FILE at 224x224 unless it is there, and
answers the kinds of run that exist; `run KIND` does one and answers seconds. Answers are JSON, one a line.
"""

import io
import json
import os
import sys
import time
import warnings
from contextlib import redirect_stderr

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import pytorch_grad_cam as pgc  # noqa: E402
import torch  # noqa: E402
import zoo_models  # noqa: E402
from captum.attr import GuidedGradCam, LayerGradCam, Saliency  # noqa: E402
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

from bench_worker import export, last_map  # noqa: E402

torch.set_num_threads(THREADS)
warnings.filterwarnings("ignore")

CAMS = {
    "grad-cam": pgc.GradCAM,
    "grad-cam++": pgc.GradCAMPlusPlus,
    "xgrad-cam": pgc.XGradCAM,
    "hires-cam": pgc.HiResCAM,
    "grad-cam-elementwise": pgc.GradCAMElementWise,
    "layer-cam": pgc.LayerCAM,
    "shapley-cam": pgc.ShapleyCAM,
    "finer-cam": pgc.FinerCAM,
    "eigen-cam": pgc.EigenCAM,
    "eigen-grad-cam": pgc.EigenGradCAM,
    "fem": pgc.FEM,
    "ablation-cam": pgc.AblationCAM,
    "score-cam": pgc.ScoreCAM,
}


def build(name, file):
    model = zoo_models.build("tf_efficientnet_lite0" if name == "efficientnet-lite0" else name).model.eval()
    x = torch.randn(1, 3, 224, 224)
    if name != "efficientnet-lite0":  # that one has its file
        export(model, x, file)
    layer = last_map(model, x)

    def forward():
        with torch.inference_mode():
            model(x)

    def by_pgc(kind):
        # A new object a run would be slower; one is reused, as a patient user does.
        method = kind(model, [layer])

        def run():
            # Frozen weights are faster; Shapley-CAM stops with them where the gradient does not depend on the layer.
            model.requires_grad_(kind is pgc.ShapleyCAM)
            with redirect_stderr(io.StringIO()):  # progress bars
                method(x.clone().requires_grad_(), [ClassifierOutputTarget(0)])

        return run

    def by_captum(method):
        def run():
            model.requires_grad_(False)
            method.attribute(x.clone().requires_grad_(), target=0)

        return run

    runs = {"forward": forward} | {f"pytorch-grad-cam {key}": by_pgc(kind) for key, kind in CAMS.items()}
    runs["captum saliency"] = by_captum(Saliency(model))
    runs["captum grad-cam"] = by_captum(LayerGradCam(model, layer))
    if any(isinstance(module, torch.nn.ReLU) for module in model.modules()):
        runs["captum guided-grad-cam"] = by_captum(GuidedGradCam(model, layer))
    return runs


def main():
    runs = {}
    for line in sys.stdin:
        words = line.split(None, 1)
        if words[0] == "load":
            name, file = words[1].strip().split(" ", 1)
            runs = build(name, file)
            answer = {"kinds": list(runs)}
        else:
            start = time.perf_counter()
            try:
                runs[words[1].strip()]()
                answer = {"seconds": time.perf_counter() - start}
            except Exception as error:  # a peer that cannot do this model is a row of the table
                answer = {"failed": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), flush=True)


main()
