"""PyTorch's side of bench/memory.ts: the peak memory of forward + input gradient of one model, batch 1, as JSON {"idle", "peak"} in MiB.

Run: peak_memory.py NAME THREADS (Linux: reads VmHWM)
"""

import json
import os
import re
import sys

NAME, THREADS = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch  # noqa: E402

torch.set_num_threads(THREADS)


def highest():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) / 1024


if NAME == "efficientnet-lite0":
    import timm

    build = lambda: timm.create_model("tf_efficientnet_lite0", pretrained=False)  # noqa: E731
else:
    import torchvision

    build = lambda: torchvision.models.get_model(NAME, weights=None)  # noqa: E731

idle = highest()
model = build().eval().requires_grad_(False)
for _ in range(3):
    x = torch.randn(1, 3, 224, 224, requires_grad=True)
    logits = model(x)
    torch.autograd.grad(logits.max(1).values.sum(), x)
print(json.dumps({"idle": idle, "peak": highest()}))
