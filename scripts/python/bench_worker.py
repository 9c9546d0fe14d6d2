"""PyTorch's side of bench/gradient.ts: loads a model, then answers one timed run for each line on standard input.

Lines: `load NAME BATCH FILE` builds the torchvision model (or efficientnet-lite0, timm's; the zoo's random weights, so that no activation
is vanishingly small; parameters frozen), exports it to FILE at 224x224 unless it is there, and answers the kinds of run that exist;
`run KIND` does one and answers seconds. Answers are JSON, one a line.
"""

import copy
import json
import os
import sys
import time
import warnings

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch  # noqa: E402
import zoo_models  # noqa: E402

torch.set_num_threads(THREADS)
warnings.filterwarnings("ignore")


def export(model, x, file):
    if os.path.exists(file):
        return
    os.makedirs(os.path.dirname(file), exist_ok=True)
    axes = {"image": {0: "N"}, "logits": {0: "N"}}
    torch.onnx.export(
        model, (x[:1],), file, dynamo=False, opset_version=17, input_names=["image"], output_names=["logits"], dynamic_axes=axes
    )


def last_map(model, x):
    """The module whose output is the last feature map with more than one position, as pytorch-grad-cam wants it."""
    found, handles = [], []
    for module in model.modules():
        if not list(module.children()):
            handles.append(
                module.register_forward_hook(
                    lambda m, _i, out: found.append(m) if torch.is_tensor(out) and out.dim() == 4 and out.shape[-1] > 1 else None
                )
            )
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return found[-1] if found else None


def build(name, batch, file):
    model = zoo_models.build("tf_efficientnet_lite0" if name == "efficientnet-lite0" else name).model
    x = torch.randn(batch, 3, 224, 224)
    if name != "efficientnet-lite0":  # that one has its file
        export(model, x, file)
    model.requires_grad_(False)  # after the export: attention with frozen weights is an operator that ONNX does not have
    wide = copy.deepcopy(model).to(memory_format=torch.channels_last)
    x_last = x.to(memory_format=torch.channels_last)

    def forward():
        with torch.inference_mode():
            model(x)

    def gradient(net, image):
        image = image.detach().requires_grad_()
        logits = net(image)
        torch.autograd.grad(logits.gather(1, logits.argmax(1, keepdim=True)).sum(), image)

    runs = {
        "forward": forward,
        "gradient": lambda: gradient(model, x),
        "gradient channels-last": lambda: gradient(wide, x_last),
    }
    try:
        from captum.attr import Saliency

        saliency = Saliency(model)
        target = [0] * batch
        runs["captum saliency"] = lambda: saliency.attribute(x.detach().requires_grad_(), target=target)
    except ImportError:
        pass
    try:
        from pytorch_grad_cam import GradCAM
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

        layer = last_map(model, x)
        if layer is not None:
            cam = GradCAM(model=model, target_layers=[layer])
            targets = [ClassifierOutputTarget(0)] * batch
            runs["pytorch-grad-cam"] = lambda: cam(input_tensor=x.clone().requires_grad_(), targets=targets)
    except ImportError:
        pass
    return runs


def main():
    runs = {}
    for line in sys.stdin:
        words = line.split(None, 1)
        if words[0] == "load":
            name, batch, file = words[1].strip().split(" ", 2)
            runs = build(name, int(batch), file)
            answer = {"kinds": list(runs)}
        else:
            start = time.perf_counter()
            runs[words[1].strip()]()
            answer = {"seconds": time.perf_counter() - start}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
