"""Golden files of Canny and Hough from OpenCV 4.6 (Debian: python3-opencv). Run from the repository's root with /usr/bin/python3.

Writes test/features/canny/fixtures/opencv.json and test/features/hough/fixtures/opencv.json. Edge maps are packed bits,
deflated, in base64; numbers are float32 printed so that they read back exactly.

`opencv-hough.py time FILE WIDTH HEIGHT` instead times OpenCV on raw RGB bytes, for bench/features-hog.ts.
"""
import base64, json, sys, time, zlib
from pathlib import Path
import cv2, numpy as np

cv2.setNumThreads(1)

def clock(run):
    """Median and least CPU milliseconds of the process."""
    runs = []
    for _ in range(12):
        start = time.process_time()
        run()
        runs.append(1000 * (time.process_time() - start))
    runs = sorted(runs[1:])
    return {'median': runs[len(runs) // 2], 'min': runs[0]}

def times(path, width, height):
    rgb = np.fromfile(path, np.uint8).reshape(height, width, 3)
    plain, bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.ascontiguousarray(rgb[:, :, ::-1])
    edges, pi = cv2.Canny(plain, 80, 200), np.pi
    hog = lambda gamma: cv2.HOGDescriptor((width // 8 * 8, height // 8 * 8), (16, 16), (8, 8), (8, 8), 9, 1, -1, 0, .2, gamma, 64, False)
    with_gamma, without = hog(True), hog(False)
    return {
        'canny': clock(lambda: cv2.Canny(plain, 80, 200)),
        'lines': clock(lambda: cv2.HoughLines(edges, 1, pi / 180, 100)),
        'segments': clock(lambda: cv2.HoughLinesP(edges, 1, pi / 180, 80, minLineLength=30, maxLineGap=5)),
        'circles': clock(lambda: cv2.HoughCircles(plain, cv2.HOUGH_GRADIENT, 1, 20, param1=200, param2=60, minRadius=10, maxRadius=120)),
        'hog': clock(lambda: without.compute(bgr)),
        'hog, gamma': clock(lambda: with_gamma.compute(bgr)),
    }

if sys.argv[1:2] == ['time']:
    print(json.dumps(times(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
    sys.exit()

def grey(name):
    return cv2.cvtColor(cv2.imread(f'examples/photos/{name}'), cv2.COLOR_BGR2GRAY)

def noise(width, height):
    """Philox-free: a small linear congruential generator that the test repeats."""
    state, out = 1, np.zeros(width * height, np.uint8)
    for i in range(out.size):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state >> 24
    return out.reshape(height, width)

pictures = {
    'camera.png': grey('camera.png'), 'coffee.png': grey('coffee.png'), 'chelsea.png': grey('chelsea.png'),
    'noise 37x53': noise(37, 53), 'noise 3x3': noise(3, 3), 'noise 1x1': noise(1, 1), 'noise 1x9': noise(1, 9),
}

def packed(edges):
    return base64.b64encode(zlib.compress(np.packbits(edges != 0).tobytes(), 9)).decode()

def rows(array, decimals=9):
    if array is None: return []
    return [[float(np.format_float_positional(np.float32(v), unique=True)) for v in row] for row in np.asarray(array).reshape(-1, np.asarray(array).shape[-1])]

def compact(thing):
    return json.dumps(thing, separators=(',', ':')).replace('},{', '},\n{')

canny = []
for name, low, high, l2 in [('camera.png', 80, 200, False), ('coffee.png', 80, 200, False), ('chelsea.png', 50, 120, False),
                            ('camera.png', 60.5, 140.25, True), ('noise 37x53', 300, 700, False), ('noise 37x53', 200, 500, True),
                            ('noise 3x3', 10, 20, False), ('noise 1x1', 0, 0, False), ('noise 1x9', 10, 20, False)]:
    edges = cv2.Canny(pictures[name], low, high, L2gradient=l2)
    canny.append({'picture': name, 'low': low, 'high': high, 'norm': 'l2' if l2 else 'l1', 'count': int((edges != 0).sum()), 'edges': packed(edges)})

def edges_of(name, low, high):
    return cv2.Canny(pictures[name], low, high)

pi = np.pi
lines = []
for name, low, high, rho, theta, threshold, most in [
        ('camera.png', 80, 200, 1, pi / 180, 100, 300), ('coffee.png', 80, 200, 1, pi / 180, 90, 300), ('coffee.png', 80, 200, 2.5, pi / 90, 120, 300),
        ('camera.png', 80, 200, 1, 0.03, 110, 300), ('noise 37x53', 300, 700, 1, pi / 180, 16, 300), ('noise 37x53', 300, 700, 0.5, pi / 60, 12, 300),
        ('noise 3x3', 10, 20, 1, pi / 180, 1, 300)]:
    found = cv2.HoughLinesWithAccumulator(edges_of(name, low, high), rho, theta, threshold)
    lines.append({'picture': name, 'low': low, 'high': high, 'rho': rho, 'theta': theta, 'threshold': threshold,
                  'count': 0 if found is None else len(found), 'lines': rows(found)[:most]})
for name, low, high, first, last in [('camera.png', 80, 200, 0.5, 1.2)]:
    found = cv2.HoughLinesWithAccumulator(edges_of(name, low, high), 1, pi / 180, 100, min_theta=first, max_theta=last)
    lines.append({'picture': name, 'low': low, 'high': high, 'rho': 1, 'theta': pi / 180, 'threshold': 100, 'from': first, 'to': last,
                  'count': len(found), 'lines': rows(found)})

segments = []
for name, low, high, rho, theta, threshold, length, gap in [
        ('camera.png', 80, 200, 1, pi / 180, 80, 30, 5), ('coffee.png', 80, 200, 1, pi / 180, 60, 20, 3), ('chelsea.png', 50, 120, 2, pi / 120, 50, 25, 8),
        ('noise 37x53', 300, 700, 1, pi / 180, 8, 5, 2), ('noise 3x3', 10, 20, 1, pi / 180, 1, 0, 0)]:
    found = cv2.HoughLinesP(edges_of(name, low, high), rho, theta, threshold, minLineLength=length, maxLineGap=gap)
    segments.append({'picture': name, 'low': low, 'high': high, 'rho': rho, 'theta': theta, 'threshold': threshold, 'length': length, 'gap': gap,
                     'segments': [] if found is None else found.reshape(-1, 4).tolist()})

circles = []
for name, median, dp, distance, param1, param2, smallest, largest in [
        ('coffee.png', 5, 1, 20, 200, 30, 10, 120), ('coffee.png', 0, 1, 20, 200, 60, 10, 120), ('camera.png', 5, 1, 15, 200, 25, 5, 60), ('chelsea.png', 5, 1.5, 20, 120, 40, 5, 80),
        ('camera.png', 0, 2, 10, 150, 110, 20, 60), ('chelsea.png', 0, 3, 30, 250, 120, 0, 0), ('coffee.png', 5, 1, 20, 200, 40, 10, -1), ('noise 37x53', 0, 1, 5, 600, 8, 3, 12), ('noise 3x3', 0, 1, 1, 20, 1, 0, 0)]:
    source = cv2.medianBlur(pictures[name], median) if median else pictures[name]
    found = cv2.HoughCircles(source, cv2.HOUGH_GRADIENT, dp, distance, param1=param1, param2=param2, minRadius=smallest, maxRadius=largest)
    case = {'picture': name, 'median': median, 'dp': dp, 'distance': distance, 'canny': param1, 'votes': param2, 'smallest': smallest, 'largest': largest,
            'circles': [] if found is None else rows(found[0])}
    circles.append(case)

for folder, golden in [('canny', {'opencv': cv2.__version__, 'canny': canny}), ('hough', {'opencv': cv2.__version__, 'lines': lines, 'segments': segments, 'circles': circles})]:
    path = Path(f'test/features/{folder}/fixtures/opencv.json')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(compact(golden) + '\n')
    print(path, path.stat().st_size)
for case in canny: print(case['picture'], case['count'])
for case in lines: print('lines', case['picture'], case['rho'], case['theta'], case['count'])
for case in segments: print('segments', case['picture'], len(case['segments']))
for case in circles: print('circles', case['picture'], len(case['circles']), case['circles'][:2])
