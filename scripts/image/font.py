"""Writes src/image/font/regular.ts and semibold.ts: the outlines of Inter (SIL Open Font License 1.1), cut down to what captions need.

Get the font first: npm pack @expo-google-fonts/inter, unpack it, and give its folder:
    python scripts/image/font.py package
Needs fonttools and Pillow with raqm (for the kerning).
"""

import base64, pathlib, sys

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from PIL import ImageFont

em = 1024
signs = "·×→←↑↓–—…≤≥−≈∞•‘’“”„€√Δ∂ΣΦΩαβγδεηθλμπρστφχψωğıłśşčćžŠŽœŒ"
chars = sorted({chr(c) for c in [*range(32, 127), *range(161, 256)] if c != 173} | set(signs))
kerned = [c for c in chars if c.isascii() and c not in "0123456789 "] + ["’", "–", "—", "…"]
here = pathlib.Path(__file__).parents[2] / "src/image/font"


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def zigzag(n):
    return varint(2 * n if n >= 0 else -2 * n - 1)


def contours(font, name):
    """Closed contours of (x, y, on-curve) points, quadratic, in units of 1/1024 em."""
    scale = em / font["head"].unitsPerEm
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    result, current = [], []
    point = lambda p, on: (round(p[0] * scale), round(p[1] * scale), on)
    for op, args in pen.value:
        if op == "moveTo":
            current = [point(args[0], 1)]
        elif op == "lineTo":
            current.append(point(args[0], 1))
        elif op == "qCurveTo":
            current += [point(p, 0) for p in args[:-1]]
            if args[-1] is not None:
                current.append(point(args[-1], 1))
        elif op in ("closePath", "endPath"):
            if len(current) > 1 and current[0] == current[-1]:
                current.pop()
            result.append(current)
    return result


def encode(path):
    font = TTFont(path)
    cmap, order = font.getBestCmap(), set(font.getGlyphOrder())
    missing = [c for c in chars if ord(c) not in cmap]
    assert not missing, missing
    data, last = bytearray(varint(len(chars))), 0
    for c in chars:
        name = cmap[ord(c)]
        if c.isdigit() and f"{name}.tf" in order:  # tabular figures
            name += ".tf"
        shape = contours(font, name)
        data += varint(ord(c) - last) + varint(round(font["hmtx"][name][0] * em / font["head"].unitsPerEm)) + varint(len(shape))
        last = ord(c)
        for points in shape:
            data += varint(len(points))
            x = y = 0
            for px, py, on in points:
                data += varint((2 * (px - x) if px >= x else -2 * (px - x) - 1) << 1 | on) + zigzag(py - y)
                x, y = px, py
    big = ImageFont.truetype(str(path), em, layout_engine=ImageFont.Layout.RAQM)
    features = ["-calt", "-liga", "-ccmp"]
    width = {c: big.getlength(c, features=features) for c in kerned}
    pairs = [(a, b, round(big.getlength(a + b, features=features) - width[a] - width[b])) for a in kerned for b in kerned]
    pairs = [(a, b, k) for a, b, k in pairs if abs(k) >= 16]
    data += varint(len(pairs))
    previous = 0
    for a, b, k in pairs:
        code = chars.index(a) * len(chars) + chars.index(b)
        data += varint(code - previous) + zigzag(k)
        previous = code
    print(path.name, len(chars), "glyphs,", len(pairs), "pairs,", len(data), "bytes")
    return bytes(data)


for folder, name in (("400Regular", "regular"), ("600SemiBold", "semibold")):
    path = next(pathlib.Path(sys.argv[1]).joinpath(folder).glob("*.ttf"))
    text = base64.b64encode(encode(path)).decode()
    head = f"/** Inter {folder[3:]}, outlines and kerning (SIL Open Font License 1.1, The Inter Project Authors); written by scripts/image/font.py. */\n"
    here.joinpath(f"{name}.ts").write_text(f"{head}export const {name} =\n  '{text}'\n")
