"""Golden files for spectral residual and histogram back-projection, made by OpenCV 4.6 (Debian's python3-opencv).

    python3 scripts/features/opencv-saliency.py PHOTO.png

PHOTO is chelsea.png of scikit-image (CC0), shrunk here to 72x48. Writes test/features/*/fixtures/opencv.json.
"""

import base64
import json
import pathlib
import sys

import cv2
import numpy as np

root = pathlib.Path(__file__).resolve().parents[2] / "test" / "features"


def pack(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def write(folder, content):
    path = root / folder / "fixtures" / "opencv.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"made by": "scripts/features/opencv-saliency.py", "opencv": cv2.__version__}
    path.write_text(json.dumps({**head, **content}, indent=1) + "\n")
    print(path.relative_to(root), path.stat().st_size, "bytes")


def spectral_residual(bgr):
    ok, saliency = cv2.saliency.StaticSaliencySpectralResidual_create().computeSaliency(bgr)
    assert ok
    height, width = saliency.shape
    return {
        "width": width,
        "height": height,
        "rgb": pack(bgr[:, :, ::-1]),
        "saliency": pack(saliency.astype("<f4")),
    }


def back_projection(bgr, box, bins):
    """calcHist / calcBackProject over hue and saturation; the sample is the box x, y, width, height."""
    hsv = cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV)
    x, y, w, h = box
    histogram = cv2.calcHist([hsv[y : y + h, x : x + w].copy()], [0, 1], None, bins, [0, 180, 0, 256])
    scaled = cv2.normalize(histogram, None, 0, 255, cv2.NORM_MINMAX)
    projected = cv2.calcBackProject([hsv], [0, 1], scaled, [0, 180, 0, 256], 1)
    return {
        "width": bgr.shape[1],
        "height": bgr.shape[0],
        "box": box,
        "bins": bins,
        "rgb": pack(bgr[:, :, ::-1]),
        "hsv": pack(hsv),
        "histogram": histogram.ravel().tolist(),
        "projected": pack(projected),
    }


photo = cv2.imread(sys.argv[1], cv2.IMREAD_COLOR)
assert photo is not None, f"cannot read {sys.argv[1]}"
small = cv2.resize(photo, (72, 48), interpolation=cv2.INTER_AREA)
noise = np.random.RandomState(7).randint(0, 256, (64, 64), np.uint8)
noise[20:30, 30:44] = 240
write(
    "spectral-residual",
    {"photo": spectral_residual(small), "square": spectral_residual(cv2.merge([noise, noise, noise]))},
)
write("back-projection", back_projection(small, [21, 12, 12, 9], [30, 32]))
