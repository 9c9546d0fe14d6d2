"""Writes test/fixtures/parity/propagation-{captum,zennit,torchray}.json: what the peers answer on the networks F1 to F3 and F8. It tests nothing.

    pip install zennit==0.5.1 && pip install --no-deps torchray==1.0.0.2      # run as programs, to make numbers
    python scripts/python/parity_propagation.py

The networks are those of fixture_nets.py, in float64; the picture (parity/picture.npy, uint8 [16, 16, 3], see parity_gradient.py) is
fed as values from 0 to 1. Maps are summed over colours, at layers over channels. Relevance starts with the score itself,
excitation with 1. DeepLIFT is asked where pooling windows have one winner in Captum's sense (it shares a maximum's change between the
winners otherwise, and loses the sum on F2). zennit's rules act on modules, so networks that add functionally (F3) are asked only what changes ReLUs.
"""

import json
from pathlib import Path

import captum
import captum.attr as ca
import numpy as np
import torch
import zennit
from captum.attr._utils.lrp_rules import EpsilonRule
from torchray.attribution.excitation_backprop import contrastive_excitation_backprop, excitation_backprop
from zennit import composites, rules
from zennit.types import AvgPool, Activation, BatchNorm, Convolution, Linear

import fixture_nets

TARGET = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"
GUIDED = {"channels": "sum"}


def lrp(net, x, target):
    """Captum's own default: epsilon 1e-9 in every layer. It has none for Flatten, whose elements only move."""
    for module in net.modules():
        if isinstance(module, torch.nn.Flatten):
            module.rule = EpsilonRule()
    return ca.LRP(net).attribute(x, target)


CAPTUM = [
    ("guided-backprop", GUIDED, ("f1", "f2", "f3"), lambda n, x, t: ca.GuidedBackprop(n).attribute(x, t)),
    ("deconvnet", GUIDED, ("f1", "f2", "f3"), lambda n, x, t: ca.Deconvolution(n).attribute(x, t)),
    ("lrp", {}, ("f1", "f2", "f8"), lrp),
    ("deeplift", {}, ("f8",), lambda n, x, t: ca.DeepLift(n).attribute(x, 0.0, t)),
]


def everywhere(rule):
    """One rule in all layers with weights, averages by contribution, activations and maxima as they are."""
    return composites.LayerMapComposite(
        [(Activation, rules.Pass()), (AvgPool, rules.Norm()), (BatchNorm, rules.Pass()), (Linear, rule)]
    )


def bounds(x):
    return {"low": torch.zeros_like(x), "high": torch.ones_like(x)}


NO_BIAS = {"zero_params": ["bias"]}
FLAT = [(Linear, rules.Flat(**NO_BIAS))]
ZENNIT = [
    ("guided-backprop", GUIDED, ("f1", "f3"), lambda x: composites.GuidedBackprop()),
    ("deconvnet", GUIDED, ("f1", "f3"), lambda x: composites.DeconvNet()),
    ("lrp", {"rule": "epsilon"}, ("f1", "f2"), lambda x: everywhere(rules.Epsilon())),
    ("lrp", {"rule": "epsilon", "epsilon": 0.25}, ("f1", "f2"), lambda x: everywhere(rules.Epsilon(0.25))),
    ("lrp", {"rule": "gamma"}, ("f1", "f2"), lambda x: everywhere(rules.Gamma())),
    ("lrp", {"rule": "z-plus"}, ("f1", "f2"), lambda x: everywhere(rules.ZPlus())),
    ("lrp", {"rule": "alpha-beta"}, ("f1", "f2"), lambda x: everywhere(rules.AlphaBeta())),
    ("lrp", {"rule": "alpha-beta", "alpha": 1.5}, ("f1",), lambda x: everywhere(rules.AlphaBeta(1.5, 0.5))),
    ("lrp", {"rule": "w-square"}, ("f1", "f2"), lambda x: everywhere(rules.WSquare(**NO_BIAS))),
    ("lrp", {"rule": "flat"}, ("f1", "f2"), lambda x: everywhere(rules.Flat(**NO_BIAS))),
    ("lrp", {"rule": "epsilon-gamma-box"}, ("f1", "f2", "f8"), lambda x: composites.EpsilonGammaBox(**bounds(x))),
    ("lrp", {"rule": "epsilon-plus"}, ("f1", "f2"), lambda x: composites.EpsilonPlus()),
    ("lrp", {"rule": "epsilon-plus-flat"}, ("f1", "f2"), lambda x: composites.EpsilonPlusFlat(first_map=FLAT)),
    ("lrp", {"rule": "epsilon-alpha2-beta1"}, ("f1", "f2"), lambda x: composites.EpsilonAlpha2Beta1()),
]


def zennit_map(net, make, x, target):
    """At the image, from the score's own value (relevance) or 1 (gradients)."""
    composite, relevance = make(x)
    x = x.clone().requires_grad_()
    with composite.context(net) as model:
        score = model(x)
        seed = torch.zeros_like(score)
        seed[:, target] = score[:, target].detach() if relevance else 1
        (found,) = torch.autograd.grad(score, x, seed)
    return found.detach()


def excitation(net, layer, x, target):
    composite = composites.ExcitationBackprop(**NO_BIAS)
    kept = []
    with composite.context(net) as model:
        handle = layer.register_forward_hook(lambda _module, _given, output: kept.append(output))
        score = model(x.clone().requires_grad_())
        handle.remove()
        seed = torch.zeros_like(score)
        seed[:, target] = 1
        (found,) = torch.autograd.grad(score, kept[0], seed)
    return found.detach()


def by_name(net, wanted):
    return next(name for name, module in net.named_modules() if module is wanted)


def torchray_rows(net, x, target, common):
    """The contrast lies at what the last layer reads."""
    layer, last = by_name(net.model, net.layer), str(len(net.model) - 2)
    walk = excitation_backprop(net.model, x.clone(), target, layer)
    contrast = contrastive_excitation_backprop(
        net.model, x.clone(), target, saliency_layer=layer, contrast_layer=last
    )
    made = (("excitation-backprop", walk), ("contrastive-excitation-backprop", contrast))
    return [
        {"method": method, "options": {}, "like": False, **common, "atLayer": True, **plane(map.detach())}
        for method, map in made
    ]


def plane(t):
    t = t.sum(1)
    return {"height": t.shape[1], "width": t.shape[2], "map": [float(f"{v:.7g}") for v in t.flatten().tolist()]}


def write(peer, version, rows):
    page = {
        "family": "propagation",
        "peer": peer,
        "version": f"{version}, PyTorch {torch.__version__.split('+')[0]}, float64",
        "script": "scripts/python/parity_propagation.py",
        "rows": rows,
    }
    text = json.dumps(page).replace('{"method"', '\n{"method"')
    (TARGET / f"propagation-{peer}.json").write_text(text + "\n")


def main():
    pixels = np.load(TARGET / "picture.npy")
    x = torch.tensor(pixels.transpose(2, 0, 1)[None] / 255.0, dtype=torch.float64)
    by_captum, by_zennit, by_torchray = [], [], []
    for net in fixture_nets.nets():
        model, target = net.model.double(), net.classes[0]
        common = {"net": f"{net.id}-torchscript-17.onnx", "class": target}
        for method, options, where, attribute in CAPTUM:
            if net.id in where:
                made = attribute(model, x.clone(), target).detach()
                by_captum.append({"method": method, "options": options, **common, **plane(made)})
        for method, options, where, make in ZENNIT:
            if net.id in where:
                made = zennit_map(model, lambda x: (make(x), method == "lrp"), x, target)
                by_zennit.append({"method": method, "options": options, "like": False, **common, **plane(made)})
        if net.id in ("f1", "f2", "f8"):
            made = excitation(model, net.layer, x, target)
            row = {"method": "excitation-backprop", "options": {}, "like": False, **common, "atLayer": True}
            by_zennit.append({**row, **plane(made)})
            by_torchray += torchray_rows(net, x, target, common)
    write("captum", f"Captum {captum.__version__}", by_captum)
    write("zennit", f"zennit {zennit.__version__ if hasattr(zennit, '__version__') else '0.5.1'}", by_zennit)
    write("torchray", "TorchRay 1.0.0.2", by_torchray)


if __name__ == "__main__":
    main()
