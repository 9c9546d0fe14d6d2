"""Writes test/platform/fixtures/pictures.json: small picture files of every kind, and the RGB pixels that Pillow sees.

Run in a Python with numpy and pillow: python scripts/image/pictures.py
"""

import base64, io, json, pathlib, struct, zlib

import numpy as np
from PIL import Image, ImageOps

out = pathlib.Path(__file__).parents[2] / "test/platform/fixtures/pictures.json"
out.parent.mkdir(parents=True, exist_ok=True)
W, H = 21, 14
y, x = np.mgrid[0:H, 0:W]
rgb = np.stack([x * 12, y * 18, 255 - (x * 5 + y * 9) % 256], 2).astype(np.uint8)
rgb[3:8, 4:9] = (220, 30, 40)
rgb[9:12, 12:19] = (20, 60, 200)
picture = Image.fromarray(rgb)
alpha = np.clip((x - 4) * 20, 0, 255).astype(np.uint8)
cases = []


def b64(data):
    return base64.b64encode(bytes(data)).decode()


def add(name, data, expected=None, **more):
    """Without `expected`: what Pillow decodes, first frame, over white, profiles ignored."""
    if expected is None:
        image = Image.open(io.BytesIO(data))
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
        expected = np.asarray(image.convert("RGB"))
    h, w = expected.shape[:2]
    cases.append({"name": name, "file": b64(data), "width": w, "height": h, "pixels": b64(np.ascontiguousarray(expected)), **more})


def save(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png(pixels, color, depth, interlaced=False):
    """A PNG written by hand (16-bit colour and Adam7 are beyond Pillow's writer); filter 0 throughout."""
    h, w = pixels.shape[:2]
    raw = b""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    for x0, y0, dx, dy in passes:
        for row in pixels[y0::dy, x0::dx]:
            if row.shape[0]:
                raw += b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes()
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", w, h, depth, color, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def display_p3():
    """A minimal matrix profile with Display P3's primaries (D50-adapted) and gamma 2.2."""
    fixed = lambda *v: b"".join(struct.pack(">i", round(a * 65536)) for a in v)
    xyz = lambda *v: b"XYZ \0\0\0\0" + fixed(*v)
    text = lambda s: b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(s), 28) + s.encode("utf-16-be")
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = [(b"desc", text("P3")), (b"cprt", text("CC0")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"rXYZ", xyz(0.5151, 0.2412, -0.0011)),
            (b"gXYZ", xyz(0.2920, 0.6922, 0.0419)), (b"bXYZ", xyz(0.1571, 0.0666, 0.7841)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    table, body, offset = b"", b"", 132 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04000000, b"mntr", b"RGB ", b"XYZ ") + b"\0" * 12 + b"acsp" + b"\0" * 28
    return header.ljust(68, b"\0") + fixed(0.9642, 1, 0.8249) + b"\0" * 48 + struct.pack(">I", len(tags)) + table + body


for tag in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = tag
    data = save(picture, "JPEG", quality=90, subsampling=0, exif=exif)
    stored = np.asarray(Image.open(io.BytesIO(data)))
    add(f"exif {tag}.jpg", data, np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))), **({"stored": b64(stored)} if tag in (3, 6) else {}))

for sub, name in ((0, "444"), (1, "422"), (2, "420")):
    add(f"{name}.jpg", save(picture, "JPEG", quality=85, subsampling=sub))
add("gray.jpg", save(picture.convert("L"), "JPEG"))
add("progressive.jpg", save(picture, "JPEG", progressive=True, quality=90))
add("cmyk.jpg", save(picture.convert("CMYK"), "JPEG", quality=95, subsampling=0))
add("display p3.jpg", save(picture, "JPEG", quality=90, icc_profile=display_p3()))
add("rgb.png", save(picture, "PNG"))
add("display p3.png", save(picture, "PNG", icc_profile=display_p3()))
add("gray.png", save(picture.convert("L"), "PNG"))
add("bilevel.png", save(picture.convert("1"), "PNG"))
add("palette.png", save(picture.quantize(16), "PNG"))
add("palette transparent.png", save(picture.quantize(16), "PNG", transparency=3))
rgba = Image.fromarray(np.dstack([rgb, alpha]))
add("alpha.png", save(rgba, "PNG"))
add("gray alpha.png", save(rgba.convert("LA"), "PNG"))
deep = rgb.astype(np.uint16) * 256 + (x * 11 + y)[..., None].astype(np.uint16)
add("16 bit.png", png(deep, 2, 16), rgb)
add("16 bit gray.png", png(deep[..., 0], 0, 16), np.repeat(rgb[..., :1], 3, 2))
add("interlaced.png", png(rgb, 2, 8, True))
add("one pixel.png", png(rgb[:1, :1], 2, 8))
add("still.gif", save(picture, "GIF"))
frames = [picture, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), picture.convert("L").convert("RGB")]
add("animation.gif", save(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
add("transparent.gif", save(picture.quantize(16), "GIF", transparency=2))
add("plain.tiff", save(picture, "TIFF"))
add("lzw.tiff", save(picture, "TIFF", compression="tiff_lzw"))
add("gray.tiff", save(picture.convert("L"), "TIFF"))
add("cmyk.tiff", save(picture.convert("CMYK"), "TIFF"))
add("alpha.tiff", save(rgba, "TIFF"))
add("16 bit gray.tiff", save(Image.fromarray(deep[..., 0]), "TIFF"), np.repeat(rgb[..., :1], 3, 2))
add("two pages.tiff", save(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
add("lossy.webp", save(picture, "WEBP", quality=80))
add("lossless.webp", save(picture, "WEBP", lossless=True))
add("alpha.webp", save(rgba, "WEBP", lossless=True, exact=True))
add("animation.webp", save(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
add("444.avif", save(picture, "AVIF", quality=90, subsampling="4:4:4"))
smooth = Image.fromarray(np.stack([120 + x * 2, 140 - y * 2, 90 + x + y], 2).astype(np.uint8))  # libheif repeats chroma, libavif blends it: edges differ
add("420.avif", save(smooth, "AVIF", quality=95, subsampling="4:2:0"))
add("alpha.avif", save(rgba, "AVIF", quality=95, subsampling="4:4:4"))

floats = (rgb[..., 0] / 255).astype(np.float32)
nan = floats * 255
nan[2, 3] = np.nan
refused = [
    {"name": "nan.tiff", "file": b64(save(Image.fromarray(nan), "TIFF")), "says": "NaN or infinite"},
    {"name": "unit floats.tiff", "file": b64(save(Image.fromarray(floats), "TIFF")), "says": "values from 0 to 0.9"},
    {"name": "picture.bmp", "file": b64(save(picture, "BMP")), "says": "it is a BMP image"},
]
add("floats.tiff", save(Image.fromarray(np.round(floats * 255)), "TIFF"), np.repeat(rgb[..., :1], 3, 2))

flat = Image.new("RGB", (4096, 4096), (90, 120, 30))
bombs = [
    {"name": "bomb.avif", "file": b64(save(flat, "AVIF", quality=20, speed=10))},
    {"name": "bomb.webp", "file": b64(save(Image.new("RGB", (8192, 8192), (9, 9, 9)), "WEBP", lossless=True, method=0))},
]
out.write_text(json.dumps({"pictures": cases, "refused": refused, "bombs": bombs}, separators=(",", ":")))
print(out.stat().st_size, "bytes,", len(cases), "pictures")
