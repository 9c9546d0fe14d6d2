"""Named matrices in one small file: a JSON head, then float32 numbers or int8 numbers with one float32 factor a row.

Layout: 4 bytes length of the head (little endian), the head {name: {rows, columns, dtype, offset}}, padding to 4 bytes, data.
An int8 matrix is its rows' factors (float32) followed by its numbers, padded to 4 bytes. src/features/array-file.ts reads it.
"""
import json, struct
from pathlib import Path
import numpy as np

def write_arrays(path, arrays):
    head, parts, offset = {}, [], 0
    for name, (matrix, dtype) in arrays.items():
        matrix = np.asarray(matrix, np.float32)
        if dtype == 'float32':
            data = matrix.tobytes()
        else:
            factors = np.maximum(np.abs(matrix).max(1), 1e-12) / 127
            data = factors.astype(np.float32).tobytes() + np.rint(matrix / factors[:, None]).astype(np.int8).tobytes()
        head[name] = {'rows': matrix.shape[0], 'columns': matrix.shape[1], 'dtype': dtype, 'offset': offset}
        data += b'\0' * (-len(data) % 4)
        parts.append(data)
        offset += len(data)
    text = json.dumps(head).encode()
    text += b' ' * (-len(text) % 4)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(struct.pack('<I', len(text)) + text + b''.join(parts))
