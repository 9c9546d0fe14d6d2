"""The models of the zoo: what is built, at which size, and which scalar is differentiated. It exports nothing."""

from dataclasses import dataclass

import timm
import torch
import torchvision

TORCHVISION = """alexnet vgg11 vgg13_bn resnet18 resnet50 resnext50_32x4d wide_resnet50_2 squeezenet1_0 squeezenet1_1
densenet121 googlenet inception_v3 shufflenet_v2_x0_5 shufflenet_v2_x1_0 mobilenet_v2 mobilenet_v3_small
mobilenet_v3_large efficientnet_b0 efficientnet_v2_s convnext_tiny mnasnet0_5 mnasnet1_0 regnet_y_400mf regnet_x_400mf
vit_b_32 swin_t swin_v2_t maxvit_t""".split()

TIMM = """tf_efficientnet_lite0 vit_tiny_patch16_224 deit_tiny_distilled_patch16_224 beit_base_patch16_224
convnextv2_atto mobileone_s0 repvgg_a0 ghostnet_100 mixer_s16_224 resmlp_12_224 poolformer_s12 efficientformer_l1
hrnet_w18_small res2net50_26w_4s xcit_nano_12_p16_224 cait_xxs24_224 levit_128s coatnet_nano_rw_224 mobilevit_xxs
pvt_v2_b0 edgenext_xx_small gmlp_ti16_224 repvit_m0_9 mobilenetv4_conv_small inception_next_tiny
focalnet_tiny_srf""".split()

SEGMENTERS = ["lraspp_mobilenet_v3_large", "deeplabv3_mobilenet_v3_large", "fcn_resnet50"]
DETECTORS = ["ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn"]

NAMES = [*TORCHVISION, *TIMM, *SEGMENTERS, *DETECTORS]
# Deep and full of kinks: at 224 some of their millions of ReLUs always lie within rounding of zero (see zoo.reference).
SMALL = """densenet121 googlenet repvgg_a0 mobilenet_v2 mobilenet_v3_small mobilenet_v3_large mnasnet0_5 mnasnet1_0
shufflenet_v2_x0_5 shufflenet_v2_x1_0 tf_efficientnet_lite0 ghostnet_100 mobileone_s0
hrnet_w18_small res2net50_26w_4s resnet50 resnext50_32x4d wide_resnet50_2 regnet_y_400mf regnet_x_400mf
mobilenetv4_conv_small""".split()
SIZES = {"inception_v3": 139} | {name: 96 for name in SMALL} | {name: 128 for name in SEGMENTERS + DETECTORS}


@dataclass
class Entry:
    """A model with its input size and the axis of its output along which the objective's index counts."""

    model: torch.nn.Module
    size: int
    axis: int


class SegmentationMap(torch.nn.Module):
    """The map `out` [batch, class, height, width] of a torchvision segmenter."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return self.model(image)["out"]


class SsdScores(torch.nn.Module):
    """The class scores [batch, anchor, class] of a torchvision SSD, before boxes are decoded and suppressed."""

    def __init__(self, model):
        super().__init__()
        self.backbone, self.head = model.backbone, model.head.classification_head

    def forward(self, image):
        return self.head(list(self.backbone(image).values()))


class ProposalScores(torch.nn.Module):
    """The objectness [batch, anchor, 1] of Faster R-CNN's region proposal network, before boxes are decoded."""

    def __init__(self, model):
        super().__init__()
        self.backbone, self.head = model.backbone, model.rpn.head

    def forward(self, image):
        objectness, _ = self.head(list(self.backbone(image).values()))
        return torch.cat([level.flatten(1) for level in objectness], 1).unsqueeze(-1)


def untrained(name):
    """The module as its library initialises it, with auxiliary outputs off."""
    if name in TIMM:
        return timm.create_model(name, pretrained=False)
    if name in SEGMENTERS:
        return SegmentationMap(torchvision.models.get_model(name, weights=None, weights_backbone=None))
    if name in DETECTORS:
        model = torchvision.models.get_model(name, weights=None, weights_backbone=None)
        return SsdScores(model) if name.startswith("ssd") else ProposalScores(model)
    if name in ("googlenet", "inception_v3"):
        return torchvision.models.get_model(name, weights=None, aux_logits=False, init_weights=True)
    return torchvision.models.get_model(name, weights=None)


def image(size, seed):
    """A smooth random image with a little noise, normalised by ImageNet's mean and deviation: [1, 3, size, size]."""
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.zeros(1, 3, size, size)
    for octave, cells in enumerate((2, 4, 8, 16, 32)):
        coarse = torch.randn(1, 3, cells, cells, generator=generator) * 0.6**octave
        pixels += torch.nn.functional.interpolate(coarse, (size, size), mode="bicubic")
    pixels = torch.sigmoid(pixels + 0.1 * torch.randn(pixels.shape, generator=generator))
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (pixels - mean[:, None, None]) / std[:, None, None]


def shake(model):
    """Replaces parameters that still hold their constant start (norm gains 1, zeroed residual gains, layer scales 1e-6,
    zero biases and heads) by random numbers, so that every branch carries signal, as it does after training.

    Batch normalisations get gains and biases that leave about nine in ten units above zero: with fewer, a deep random
    network amplifies rounding from layer to layer, and float32 gradients mean little."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.numel() > 1 and p.min() == p.max():
                if p.min() != 0:
                    p.uniform_(0.5, 1.0)
                elif p.dim() == 1 and not name.endswith("bias"):
                    p.uniform_(0.2, 0.8)
                else:
                    p.normal_(0, 0.05)
        for norm in batch_norms(model):
            norm.weight.uniform_(0.3, 0.7)
            norm.bias.normal_(0.5, 0.4)


def batch_norms(model):
    return [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]


def calibrate(model, size):
    """Makes activations neither vanish nor explode: batch normalisations take the statistics of a random batch; a
    network without any normalisation has each layer's output scaled to unit deviation."""
    norms = batch_norms(model)
    others = [m for m in model.modules() if isinstance(m, (torch.nn.LayerNorm, torch.nn.GroupNorm))]
    handles = []
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    if not norms and not others:
        layers = [m for m in model.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
        handles = [layer.register_forward_hook(unit_deviation) for layer in layers]
    with torch.no_grad():
        model(torch.cat([image(size, seed) for seed in range(10, 14)]))
    for handle in handles:
        handle.remove()
    for norm in norms:
        if isinstance(norm, torch.nn.BatchNorm1d):  # after pooling, four images hardly differ: no such large gains
            norm.running_var += 0.1 * norm.running_mean**2
    model.eval()


def unit_deviation(layer, _inputs, output):
    scale = 1 / output.std()
    layer.weight.mul_(scale)
    if layer.bias is not None:
        layer.bias.mul_(scale)
    return output * scale


def build(name):
    """The entry `name`, reproducibly random, in eval mode, float32."""
    torch.manual_seed(0)
    model = untrained(name).eval()
    size = SIZES.get(name, 224)
    shake(model)
    calibrate(model, size)
    axis = 2 if name in DETECTORS else 1
    return Entry(model, size, axis)
