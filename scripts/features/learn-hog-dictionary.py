"""Learns what the HOG inversions need and writes models/hog-inversion/dictionary.bin (int8, 1.4 MB).

Run from the repository's root with /usr/bin/python3 (Debian: python3-opencv, python3-skimage, python3-scipy); five minutes,
seeded. Photographs: CC0 and public-domain pictures inside those packages (scikit-image's own notes give each licence;
scipy.misc's raccoon and ascent are in the public domain). None of examples/photos is among them: those are held out.

A window is 5x5 cells of the UoCTTI HOG (31 numbers each) and, as its patch, the 56x56 pixels it is computed from, grey, at
half resolution, its mean taken off and divided by its standard deviation + 8 grey levels.
"""
import sys, warnings
from pathlib import Path
import cv2, numpy as np, scipy.misc, skimage
sys.path.insert(0, str(Path(__file__).parent))
from array_file import write_arrays
warnings.filterwarnings('ignore')
cv2.setNumThreads(1)

names = 'astronaut.png brick.png grass.png gravel.png cell.png clock_motion.png coins.png horse.png hubble_deep_field.jpg ihc.png retina.jpg text.png'
seed, scales, per_picture = 1, (1, .7, .5, .35), 700
side, cells, half = 8, 5, 28
hog_dims, patch_dims, exemplars, atoms, sparsity, rounds = 160, 96, 4096, 512, .06, 8

U = np.array([1.0, .9397, .7660, .5, .1736, -.1736, -.5, -.7660, -.9397])
V = np.array([0.0, .3420, .6428, .8660, .9848, .9848, .8660, .6428, .3420])

def uoctti(picture):
    """The twin of scripts/features/hog-golden.py in whole arrays, for sides that are multiples of the cell; 31 numbers."""
    im = picture.astype(float)
    rows, columns = im.shape[0] // side, im.shape[1] // side
    im = im[:rows * side, :columns * side]
    dx, dy = np.zeros_like(im), np.zeros_like(im)
    dx[1:-1, 1:-1] = im[1:-1, 2:] - im[1:-1, :-2]
    dy[1:-1, 1:-1] = im[2:, 1:-1] - im[:-2, 1:-1]
    square = dx * dx + dy * dy
    longest = square.argmax(2)[..., None]
    dx, dy, square = [np.take_along_axis(a, longest, 2)[..., 0] for a in (dx, dy, square)]
    dots = dx[..., None] * U + dy[..., None] * V
    snapped = np.stack([dots, -dots], 3).reshape(*dx.shape, 18).argmax(2)
    snapped = snapped // 2 + 9 * (snapped % 2)
    y, x = np.mgrid[:im.shape[0], :im.shape[1]]
    px, py = (x + .5) / side - .5, (y + .5) / side - .5
    ix, iy = np.floor(px).astype(int), np.floor(py).astype(int)
    votes = np.zeros((rows + 2, columns + 2, 18))
    for a, wy in ((0, 1 - py + iy), (1, py - iy)):
        for b, wx in ((0, 1 - px + ix), (1, px - ix)):
            at = ((iy + a + 1) * (columns + 2) + ix + b + 1) * 18 + snapped
            votes += np.bincount(at.ravel(), (np.sqrt(square) * wx * wy).ravel(), votes.size).reshape(votes.shape)
    votes = votes[1:-1, 1:-1]
    energy = ((votes[..., :9] + votes[..., 9:]) ** 2).sum(2)
    norm = 1 / np.sqrt(energy[:-1, :-1] + energy[1:, :-1] + energy[:-1, 1:] + energy[1:, 1:] + 1e-4)
    inner, out = votes[1:-1, 1:-1], np.zeros((rows - 2, columns - 2, 31))
    for k, (a, b) in enumerate([(1, 1), (0, 1), (1, 0), (0, 0)]):
        n = norm[a:a + rows - 2, b:b + columns - 2][..., None]
        directed = np.minimum(inner * n, .2)
        out[..., :18] += .5 * directed
        out[..., 18:27] += .5 * np.minimum((inner[..., :9] + inner[..., 9:]) * n, .2)
        out[..., 27 + k] = .2357 * directed.sum(2)
    return out

def windows(picture):
    hog = uoctti(picture)
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY).astype(float)
    grey = grey[:grey.shape[0] // 2 * 2, :grey.shape[1] // 2 * 2]
    small = (grey[::2, ::2] + grey[1::2, ::2] + grey[::2, 1::2] + grey[1::2, 1::2]) / 4
    view = np.lib.stride_tricks.sliding_window_view
    features = view(hog, (cells, cells), (0, 1)).transpose(0, 1, 3, 4, 2)
    patches = view(small, (half, half))[::side // 2, ::side // 2][:features.shape[0], :features.shape[1]]
    return features.reshape(-1, cells * cells * 31).astype(np.float32), patches.reshape(-1, half * half).astype(np.float32)

def photographs():
    folder = Path(skimage.__file__).parent / 'data'
    for name in names.split(): yield cv2.imread(str(folder / name), cv2.IMREAD_COLOR)[:, :, ::-1]
    yield scipy.misc.face()
    yield np.repeat(scipy.misc.ascent().astype(np.uint8)[..., None], 3, 2)

def samples(rng):
    hogs, patches = [], []
    for picture in photographs():
        for scale in scales:
            if min(picture.shape[:2]) * scale < 72: continue
            sized = picture if scale == 1 else cv2.resize(np.ascontiguousarray(picture), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            for mirrored in (sized, sized[:, ::-1]):
                hog, patch = windows(mirrored)
                pick = rng.permutation(len(hog))[:per_picture]
                hogs.append(hog[pick]); patches.append(patch[pick])
    hog, patch = np.concatenate(hogs), np.concatenate(patches)
    lively = patch.std(1) > 4
    hog, patch = hog[lively], patch[lively]
    patch = patch - patch.mean(1, keepdims=True)
    return hog, patch / (patch.std(1, keepdims=True) + 8)

def principal(centred, count):
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    return values[::-1][:count], vectors[:, ::-1][:, :count]

def unit(rows): return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-3)

def lasso(dictionary, targets, weight, steps=40):
    """min 1/2 |t - a D|^2 + weight |a|_1, a >= 0, by FISTA."""
    gram = dictionary @ dictionary.T
    step = 1 / np.linalg.eigvalsh(gram)[-1]
    right = targets @ dictionary.T
    a = z = np.zeros_like(right)
    t = 1
    for _ in range(steps):
        new, later = np.maximum(z - (z @ gram - right + weight) * step, 0), (1 + np.sqrt(1 + 4 * t * t)) / 2
        z, a, t = new + (t - 1) / later * (new - a), new, later
    return a

def learn(joint, rng):
    """Alternates codes and atoms (block coordinate descent, an atom's norm at most 1)."""
    dictionary = joint[rng.permutation(len(joint))[:atoms]].copy()
    some = joint[rng.permutation(len(joint))[:8000]]
    for turn in range(rounds):
        dictionary /= np.linalg.norm(dictionary, axis=1, keepdims=True)
        codes = lasso(dictionary, some, sparsity)
        gram, right = codes.T @ codes, codes.T @ some
        for j in range(atoms):
            if gram[j, j] < 1e-6: dictionary[j] = some[rng.integers(len(some))]; continue
            atom = dictionary[j] + (right[j] - gram[j] @ dictionary) / gram[j, j]
            dictionary[j] = atom / max(1, np.linalg.norm(atom))
        print('round', turn, 'error', float(((some - codes @ dictionary) ** 2).sum(1).mean()), 'atoms in use', float((codes > 1e-4).sum(1).mean()), flush=True)
    return dictionary / np.linalg.norm(dictionary[:, :hog_dims], axis=1, keepdims=True)

if __name__ == '__main__':
    rng = np.random.default_rng(seed)
    hog, patch = samples(rng)
    hog_mean, patch_mean = hog.mean(0), patch.mean(0)
    hog_variance, hog_basis = principal(hog - hog_mean, hog_dims)
    patch_variance, patch_basis = principal(patch - patch_mean, patch_dims)
    y, x = (hog - hog_mean) @ hog_basis, (patch - patch_mean) @ patch_basis
    ridge = (y.T @ x / len(y)) / (hog_variance[:, None] + 1e-3)
    bank = rng.permutation(len(y))[:exemplars]
    dictionary = learn(np.hstack([unit(y), unit(x)]).astype(np.float32), rng)
    write_arrays('models/hog-inversion/dictionary.bin', {
        'hogMean': (hog_mean[None], 'float32'), 'hogVariance': (hog_variance[None], 'float32'), 'hogBasis': (hog_basis.T, 'int8'),
        'patchMean': (patch_mean[None], 'float32'), 'patchVariance': (patch_variance[None], 'float32'), 'patchBasis': (patch_basis.T, 'int8'),
        'ridge': (ridge, 'int8'), 'exemplarHog': (y[bank], 'int8'), 'exemplarPatch': (x[bank], 'int8'),
        'atomHog': (dictionary[:, :hog_dims], 'int8'), 'atomPatch': (dictionary[:, hog_dims:], 'int8'),
    })
    print(len(y), 'windows', Path('models/hog-inversion/dictionary.bin').stat().st_size, 'bytes')
