"""Golden vectors of the three HOG conventions. Run from the repository's root with /usr/bin/python3 (Debian: python3-opencv,
python3-skimage). Writes test/features/hog/fixtures/golden.json: float32 (OpenCV) or float64 numbers, deflated, in base64.

'uoctti' comes from the slow twin below, written from the definition, one pixel and one cell at a time.
"""
import base64, json, math, zlib
from pathlib import Path
import cv2, numpy as np, skimage
from skimage.feature import hog

pictures = {  # RGB crops: x, y, width, height
    'chelsea.png': (100, 60, 100, 84), 'coffee.png': (170, 90, 77, 93),
}

def crop(name):
    x, y, w, h = pictures[name]
    return np.ascontiguousarray(cv2.imread(f'examples/photos/{name}')[y:y + h, x:x + w, ::-1])

def opencv(picture, gamma, cell=8):
    h, w = picture.shape[:2]
    size = (w // cell * cell, h // cell * cell)
    descriptor = cv2.HOGDescriptor(size, (2 * cell, 2 * cell), (cell, cell), (cell, cell), 9, 1, -1, 0, 0.2, gamma, 64, False)
    return descriptor.compute(np.ascontiguousarray(picture[:, :, ::-1])).astype(np.float32).ravel()

def scikit(picture, norm, sqrt, block):
    return hog(picture, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(block, block), block_norm=norm, transform_sqrt=sqrt, channel_axis=-1)

U = [1.0, .9397, .7660, .5, .1736, -.1736, -.5, -.7660, -.9397]
V = [0.0, .3420, .6428, .8660, .9848, .9848, .8660, .6428, .3420]

def half_up(value): return int(math.floor(value + 0.5))

def uoctti(picture, side=8):
    im = picture.astype(np.float64)
    height, width = im.shape[:2]
    rows, columns = half_up(height / side), half_up(width / side)
    votes = np.zeros((rows, columns, 18))
    for y in range(1, rows * side - 1):
        for x in range(1, columns * side - 1):
            j, i = min(y, height - 2), min(x, width - 2)
            best = None
            for c in range(3):
                dx, dy = im[j, i + 1, c] - im[j, i - 1, c], im[j + 1, i, c] - im[j - 1, i, c]
                if best is None or dx * dx + dy * dy > best[0]: best = (dx * dx + dy * dy, dx, dy)
            square, dx, dy = best
            most, snapped = 0.0, 0
            for o in range(9):
                dot = U[o] * dx + V[o] * dy
                if dot > most: most, snapped = dot, o
                elif -dot > most: most, snapped = -dot, o + 9
            px, py = (x + .5) / side - .5, (y + .5) / side - .5
            for r in (math.floor(py), math.floor(py) + 1):
                for q in (math.floor(px), math.floor(px) + 1):
                    if 0 <= r < rows and 0 <= q < columns:
                        votes[r, q, snapped] += math.sqrt(square) * (1 - abs(py - r)) * (1 - abs(px - q))
    energy = ((votes[:, :, :9] + votes[:, :, 9:]) ** 2).sum(2)
    out = np.zeros((max(rows - 2, 0), max(columns - 2, 0), 32))
    for r in range(out.shape[0]):
        for q in range(out.shape[1]):
            h = votes[r + 1, q + 1]
            # neighbourhoods of the cell (r + 1, q + 1): it is their upper left, lower left, upper right, lower right cell
            for k, (top, left) in enumerate([(r + 1, q + 1), (r, q + 1), (r + 1, q), (r, q)]):
                n = 1 / math.sqrt(energy[top:top + 2, left:left + 2].sum() + 1e-4)
                out[r, q, :18] += .5 * np.minimum(h * n, .2)
                out[r, q, 18:27] += .5 * np.minimum((h[:9] + h[9:]) * n, .2)
                out[r, q, 27 + k] = .2357 * np.minimum(h * n, .2).sum()
    return out.ravel()

def packed(values, kind):
    return base64.b64encode(zlib.compress(np.asarray(values, kind).tobytes(), 9)).decode()

def cases():
    for name in pictures:
        picture = crop(name)
        for gamma in (True, False):
            yield {'picture': name, 'options': {'convention': 'opencv', 'gamma': gamma}}, opencv(picture, gamma), np.float32
        yield {'picture': name, 'options': {'convention': 'uoctti'}}, uoctti(picture), np.float64
    picture = crop('chelsea.png')
    yield {'picture': 'chelsea.png', 'options': {'convention': 'opencv', 'gamma': False, 'cell': 6}}, opencv(picture, False, 6), np.float32
    for norm, sqrt, block in [('L2-Hys', False, 3), ('L1-sqrt', True, 2), ('L2', False, 2), ('L1', False, 1)]:
        name = 'coffee.png' if norm == 'L2' else 'chelsea.png'
        yield ({'picture': name, 'options': {'convention': 'scikit-image', 'norm': norm, 'gamma': sqrt, 'block': block}},
               scikit(crop(name), norm, sqrt, block), np.float64)
    yield {'picture': 'chelsea.png', 'options': {'convention': 'uoctti', 'cell': 4}}, uoctti(picture[:40, :41], 4), np.float64

if __name__ == '__main__':
    rows = []
    for case, vector, kind in cases():
        x, y, w, h = pictures[case['picture']]
        if case['options'].get('cell') == 4: w, h = 41, 40
        rows.append({**case, 'crop': [x, y, w, h], 'float': 32 if kind is np.float32 else 64, 'length': len(vector), 'vector': packed(vector, kind)})
        print(case, len(vector))
    path = Path('test/features/hog/fixtures/golden.json')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({'opencv': cv2.__version__, 'scikit-image': skimage.__version__, 'cases': rows}, indent=1) + '\n')
    print(path, path.stat().st_size)
