"""Collects the patch bank of the SIFT inversion and writes models/sift-inversion/bank.bin (int8, 1.2 MB).

Run from the repository's root with /usr/bin/python3 (Debian: python3-opencv, python3-skimage, python3-scipy); a minute, seeded.
The photographs are those of learn-hog-dictionary.py: CC0 and public domain, none of examples/photos. A patch is the square of
12 sigma around a keypoint (the descriptor's 4x4 bins), turned upright, 24x24 pixels, grey, its mean taken off.
"""
import sys
from importlib import import_module
from pathlib import Path
import cv2, numpy as np
sys.path.insert(0, str(Path(__file__).parent))
from array_file import write_arrays
hogs = import_module('learn-hog-dictionary')

side, dims, size, seed = 24, 96, 5000, 1

def upright(pyramid, keypoint):
    """The patch under the descriptor: pixel (u, v) lies at sigma / 2 times its offset from the middle, turned by the angle."""
    sigma, angle = keypoint.size / 2, np.deg2rad(keypoint.angle)
    level = min(len(pyramid) - 1, max(0, int(round(np.log2(max(sigma, 1e-6) / 2)))))
    picture, shrink = pyramid[level], 2.0 ** level
    cos, sin = np.cos(angle) * sigma / 2 / shrink, np.sin(angle) * sigma / 2 / shrink
    middle = (side - 1) / 2
    x, y = (keypoint.pt[0] + .5) / shrink - .5, (keypoint.pt[1] + .5) / shrink - .5
    to_picture = np.array([[cos, -sin, x - cos * middle + sin * middle], [sin, cos, y - sin * middle - cos * middle]])
    return cv2.warpAffine(picture, to_picture, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)

def collect(rng):
    sift, descriptors, patches = cv2.SIFT_create(), [], []
    for picture in hogs.photographs():
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        found, vectors = sift.detectAndCompute(grey, None)
        inside = [i for i, k in enumerate(found) if 4 * k.size / 2 < min(k.pt[0], k.pt[1], grey.shape[1] - k.pt[0], grey.shape[0] - k.pt[1])]
        pyramid = [grey.astype(np.float32)]
        while min(pyramid[-1].shape) > 16: pyramid.append(cv2.resize(pyramid[-1], None, fx=.5, fy=.5, interpolation=cv2.INTER_AREA))
        for i in rng.permutation(inside)[:1200]:
            descriptors.append(vectors[i]); patches.append(upright(pyramid, found[i]).ravel())
    return np.array(descriptors), np.array(patches)

if __name__ == '__main__':
    rng = np.random.default_rng(seed)
    descriptors, patches = collect(rng)
    patches = patches - patches.mean(1, keepdims=True)
    variance, basis = hogs.principal(patches, dims)
    pick = rng.permutation(len(patches))[:size]
    write_arrays('models/sift-inversion/bank.bin', {
        'basis': (basis.T, 'int8'), 'descriptors': (descriptors[pick], 'int8'), 'patches': ((patches @ basis)[pick], 'int8')})
    print(len(patches), 'patches,', f'{variance.sum() / (patches ** 2).mean(0).sum():.3f} of their energy in {dims} directions,', Path('models/sift-inversion/bank.bin').stat().st_size, 'bytes')
