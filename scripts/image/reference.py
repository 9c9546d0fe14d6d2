"""Writes test/image/fixtures/reference.json: what Pillow, torch, torchvision, timm and SciPy make of small pictures.

Run in a Python with numpy, scipy, pillow, torch, torchvision and timm: python scripts/image/reference.py
"""

import base64, hashlib, json, pathlib

import numpy as np
import scipy.ndimage
import torch
import torchvision.transforms as T
from PIL import Image
from timm.data.transforms import CenterCropOrPad, ResizeKeepRatio
from timm.data.transforms_factory import transforms_imagenet_eval

out = pathlib.Path(__file__).parents[2] / "test/image/fixtures/reference.json"
filters = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}


def pattern(w, h):
    """The test picture: an integer formula, so that it needs no file. Smooth in places, sharp in others."""
    y, x = np.mgrid[0:h, 0:w]
    red = (x * 255 // max(1, w - 1)) ^ ((x // 8 + y // 8) % 2 * 255)
    green = (x * x + 3 * y * y + x * y) // 16 % 256
    blue = (x * 7919 + y * 104729 + x * y * 31) % 256
    return Image.fromarray(np.stack([red, green, blue], 2).astype(np.uint8))


def digest(image):
    """Of the RGB bytes, row by row; timm's transform ends in a uint8 tensor [3, H, W]."""
    pixels = image.permute(1, 2, 0).contiguous().numpy() if torch.is_tensor(image) else np.asarray(image)
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def b64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


resizes = []
small = [((13, 9), (7, 5), None), ((13, 9), (26, 20), None), ((13, 9), (5, 18), (2, 1, 11, 8)), ((13, 9), (9, 9), (0.5, 1.25, 10.75, 7.5))]
for (size, to, box) in small:
    for name, code in filters.items():
        image = pattern(*size).resize(to, code, box=box)
        resizes.append({"from": size, "to": to, "box": box, "filter": name, "pixels": b64(np.asarray(image))})
large = [((451, 300), (224, 224), None), ((300, 451), (336, 600), None), ((90, 300), (60, 41), None), ((90, 300), (60, 241), (10, 90, 80, 290)), ((61, 47), (61, 20), None), ((61, 47), (19, 47), None),
         ((1000, 3), (31, 2), None), ((1, 60), (5, 7), None), ((640, 427), (224, 224), (101.3, 13.7, 541.9, 420.1)), ((64, 64), (64, 64), (3, 0, 60, 64))]
for (size, to, box) in large:
    for name, code in filters.items():
        resizes.append({"from": size, "to": to, "box": box, "filter": name, "sha256": digest(pattern(*size).resize(to, code, box=box))})

fits = []


def fit(size, options, transform):
    fits.append({"size": size, "fit": options, "sha256": digest(transform(pattern(*size)))})


modes = {k: T.InterpolationMode(k) for k in ("bilinear", "bicubic", "lanczos")}
for size in [(451, 300), (300, 451), (333, 500), (257, 255), (100, 60), (224, 224), (640, 97)]:
    for resize, crop, name in [(256, 224, "bilinear"), (232, 224, "bicubic"), (255, 225, "bilinear"), (200, 224, "lanczos")]:
        fit(size, {"mode": "crop", "resize": resize, "crop": {"width": crop, "height": crop}, "filter": name},
            T.Compose([T.Resize(resize, modes[name]), T.CenterCrop(crop)]))
    for pct, (h, w) in [(0.875, (224, 224)), (0.95, (256, 256)), (0.9, (160, 224)), (1.0, (299, 299))]:
        fit(size, {"mode": "crop", "cropPct": pct, "crop": {"width": w, "height": h}, "filter": "bicubic"},
            transforms_imagenet_eval(img_size=(h, w), crop_pct=pct, interpolation="bicubic", use_prefetcher=False, normalize=False, crop_mode="center"))
    fit(size, {"mode": "stretch", "width": 128, "height": 96, "filter": "bilinear"}, T.Resize((96, 128)))
    fit(size, {"mode": "letterbox", "width": 160, "height": 128, "filter": "bicubic", "color": [124, 116, 104]},
        T.Compose([ResizeKeepRatio((128, 160), longest=1.0, interpolation="bicubic"), CenterCropOrPad((128, 160), fill=(124, 116, 104))]))

rng = np.random.default_rng(1)
planes = []
for (h, w), (oh, ow) in [((7, 7), (20, 31)), ((5, 3), (2, 9)), ((1, 4), (3, 3))]:
    plane = rng.standard_normal((h, w)).astype(np.float32)
    for name, mode in [("bilinear", "bilinear"), ("nearest", "nearest-exact")]:
        kw = {"align_corners": False} if mode == "bilinear" else {}
        result = torch.nn.functional.interpolate(torch.tensor(plane, dtype=torch.float64)[None, None], (oh, ow), mode=mode, **kw)[0, 0].numpy()
        planes.append({"filter": name, "from": [w, h], "to": [ow, oh], "plane": plane.ravel().tolist(), "result": [round(float(v), 9) for v in result.ravel()]})

blurs = []
for sigma in (0.7, 2.0, 6.5):
    plane = rng.standard_normal((9, 12)).astype(np.float32)
    soft = scipy.ndimage.gaussian_filter(plane.astype(np.float64), sigma, mode="nearest")
    blurs.append({"sigma": sigma, "size": [12, 9], "plane": plane.ravel().tolist(), "result": [round(float(v), 9) for v in soft.ravel()]})

plain = []  # without antialias
for size, (w, h) in [((31, 20), (9, 13)), ((12, 10), (30, 25))]:
    source = torch.tensor(np.asarray(pattern(*size)), dtype=torch.float64).permute(2, 0, 1)[None]
    result = torch.nn.functional.interpolate(source, (h, w), mode="bilinear", align_corners=False)[0].permute(1, 2, 0).numpy()
    plain.append({"from": size, "to": (w, h), "pixels": b64(np.round(result).astype(np.uint8))})

channels = np.asarray(pattern(24, 17)).astype(np.float64)
soft = np.stack([scipy.ndimage.gaussian_filter(channels[..., c], 1.7, mode="nearest") for c in range(3)], 2)
soft_image = {"size": [24, 17], "sigma": 1.7, "pixels": b64(np.round(soft).astype(np.uint8))}

tensor = T.Compose([T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])(pattern(11, 6))
normalized = {"size": [11, 6], "float32": b64(tensor.numpy())}


out.write_text(json.dumps({"resizes": resizes, "fits": fits, "planes": planes, "blurs": blurs, "plain": plain, "soft": soft_image, "normalized": normalized}, separators=(",", ":")))
print(out.stat().st_size, "bytes")
