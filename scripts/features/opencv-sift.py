"""SIFT, its pyramid and its matches from OpenCV 4.6 (Debian: python3-opencv), to compare with. From the repository's root:

/usr/bin/python3 scripts/features/opencv-sift.py golden               writes test/features/sift/fixtures/*.bin
/usr/bin/python3 scripts/features/opencv-sift.py live FOLDER          dumps the six images of docs into FOLDER (bench, survey)
/usr/bin/python3 scripts/features/opencv-sift.py time FOLDER/x.bin SECONDS    prints CPU milliseconds as JSON, one thread

A .bin file: one line of JSON (sizes, names), then deflated blocks in that order. Numbers are little-endian.
"""
import json, sys, time, zlib
from pathlib import Path
import cv2, numpy as np

cv2.setNumThreads(1)
SIGMAS = [1.2262735, 1.5450078, 1.9465878, 2.4525475, 3.0900155]


def photo(name):
    return cv2.cvtColor(cv2.imread(f'examples/photos/{name}'), cv2.COLOR_BGR2GRAY)


def sift(grey):
    points, descriptors = cv2.SIFT_create().detectAndCompute(grey, None)
    table = np.array([[p.pt[0], p.pt[1], p.size, p.angle, p.response, p.octave & 255, p.octave >> 8 & 255] for p in points], np.float32)
    return table.reshape(-1, 7), np.zeros((0, 128), np.uint8) if descriptors is None else descriptors.astype(np.uint8)


def pyramid(grey):
    """The chain of resize, GaussianBlur and subtract that detectAndCompute runs."""
    base = cv2.resize(grey.astype(np.float32), None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    level = cv2.GaussianBlur(base, (0, 0), np.sqrt(1.6**2 - 1))
    octaves = []
    for _ in range(int(np.rint(np.log2(min(level.shape)) - 2)) + 1):
        levels = [level]
        for sigma in SIGMAS: levels.append(cv2.GaussianBlur(levels[-1], (0, 0), sigma))
        octaves.append((levels, [cv2.subtract(b, a) for a, b in zip(levels, levels[1:])]))
        level = cv2.resize(levels[3], (level.shape[1] // 2, level.shape[0] // 2), interpolation=cv2.INTER_NEAREST)
    return octaves


def write(path, header, blocks):
    """blocks: name -> array"""
    packed = {name: zlib.compress(np.ascontiguousarray(a).tobytes(), 9) for name, a in blocks.items()}
    header = dict(header, opencv=cv2.__version__, blocks=[{'name': n, 'type': str(blocks[n].dtype), 'bytes': len(packed[n])} for n in packed])
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(json.dumps(header).encode() + b'\n' + b''.join(packed.values()))
    print(path, Path(path).stat().st_size, header.get('keypoints'))


def found(grey):
    table, descriptors = sift(grey)
    return {'width': grey.shape[1], 'height': grey.shape[0], 'keypoints': len(table)}, {'grey': grey, 'table': table, 'descriptors': descriptors}


def matches(a, b):
    return [[m.trainIdx, n.trainIdx, m.distance, n.distance] for m, n in cv2.BFMatcher(cv2.NORM_L2).knnMatch(a.astype(np.float32), b.astype(np.float32), k=2)]


def turned(grey, degrees, scale, size):
    """What a camera turned about the middle sees; the homography goes from `grey` to it."""
    matrix = cv2.getRotationMatrix2D(((grey.shape[1] - 1) / 2, (grey.shape[0] - 1) / 2), degrees, scale)
    matrix[:, 2] += (size[0] - grey.shape[1]) / 2, (size[1] - grey.shape[0]) / 2
    matrix = np.vstack([matrix, [0.0002, 0.0001, 1]])
    return cv2.warpPerspective(grey, matrix, size, flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), matrix


def golden():
    folder = Path('test/features/sift/fixtures')
    coffee = cv2.resize(photo('coffee.png'), (512, 341), interpolation=cv2.INTER_AREA)
    write(folder / 'coffee.bin', *found(coffee))
    header, blocks = found(photo('chelsea.png'))
    second, matrix = turned(photo('chelsea.png'), 30, 0.9, (360, 300))
    table, descriptors = sift(second)
    pairs = matches(blocks['descriptors'], descriptors)
    count = {str(r): sum(m[2] < r * m[3] for m in pairs) for r in (0.4, 0.5, 0.6, 0.8)}
    header.update(second={'width': 360, 'height': 300, 'keypoints': len(table)}, homography=matrix.tolist(), matches=count)
    blocks.update(second=second, secondTable=table, secondDescriptors=descriptors)
    blocks.update(nearest=np.array([p[:2] for p in pairs], np.int32))
    write(folder / 'chelsea.bin', header, blocks)
    small = photo('chelsea.png')[90:187, 130:261]
    octaves = pyramid(small)
    every = [np.concatenate([plane.ravel() for plane in levels + differences])[::47] for levels, differences in octaves]
    write(folder / 'pyramid.bin', {'width': small.shape[1], 'height': small.shape[0], 'stride': 47, 'octaves': [list(o[0][0].shape[::-1]) for o in octaves]},
          {'grey': small, 'samples': np.concatenate(every)})


def sized(image, long):
    scale = long / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def live(folder):
    import warnings; warnings.filterwarnings('ignore')
    images = {}
    try:
        import scipy.misc
        images['raccoon'] = scipy.misc.face()[:, :, ::-1]
    except (ImportError, AttributeError):
        print('no raccoon: python3-scipy is missing')
    images |= {'camera': cv2.imread('examples/photos/camera.png'), 'coffee': cv2.imread('examples/photos/coffee.png')}
    for name, image in images.items():
        for long in (512, 1024):
            write(Path(folder) / f'{name}-{long}.bin', *found(cv2.cvtColor(sized(image, long), cv2.COLOR_BGR2GRAY)))


def timed(run, budget=4.0):
    runs, start = [], time.perf_counter()
    while len(runs) < 3 or (time.perf_counter() - start < budget and len(runs) < 9):
        before = time.process_time()
        run()
        runs.append((time.process_time() - before) * 1e3)
    return {'median': float(np.median(runs)), 'min': min(runs), 'runs': len(runs)}


def clock(path, budget=4):
    raw = Path(path).read_bytes()
    line = raw.index(b'\n')
    header = json.loads(raw[:line])
    grey = np.frombuffer(zlib.decompress(raw[line + 1:line + 1 + header['blocks'][0]['bytes']]), np.uint8).reshape(header['height'], header['width'])
    detector = cv2.SIFT_create()
    print(json.dumps({'opencv': cv2.__version__, 'pyramid': timed(lambda: pyramid(grey), float(budget)), 'sift': timed(lambda: detector.detectAndCompute(grey, None), float(budget))}))


if __name__ == '__main__':
    {'golden': golden, 'live': live, 'time': clock}[sys.argv[1]](*sys.argv[2:])
