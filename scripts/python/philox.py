"""Fovea's random numbers once more, from the published generator: Philox-4x32-10 (Salmon et al., SC 2011), Box-Muller in pairs."""

import math

MASK = 0xFFFFFFFF


def block(counter, stream, seed):
    """The four 32-bit words of one counter."""
    a, b, c, d = counter & MASK, counter >> 32, stream & MASK, stream >> 32
    k0, k1 = seed & MASK, seed >> 32
    for _ in range(10):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (right >> 32) ^ b ^ k0, right & MASK, (left >> 32) ^ d ^ k1, left & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return a, b, c, d


def uniforms(seed, stream, count):
    words = [w for counter in range((count + 3) // 4) for w in block(counter, stream, seed)]
    return [(w >> 8) * 2.0**-24 for w in words[:count]]


def normals(seed, stream, count):
    out = []
    u = uniforms(seed, stream, count + count % 2)
    for first, second in zip(u[::2], u[1::2]):
        radius, angle = math.sqrt(-2 * math.log(1 - first)), 2 * math.pi * second
        out += [radius * math.cos(angle), radius * math.sin(angle)]
    return out[:count]
