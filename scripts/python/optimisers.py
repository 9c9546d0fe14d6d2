"""Steps of PyTorch's optimisers (float64) on a fixed sequence of gradients: test/fixtures/optimisers.json."""

import json
import os

import torch

torch.manual_seed(1)
start = torch.randn(4, dtype=torch.float64)
gradients = torch.randn(6, 4, dtype=torch.float64)
cases = {
    'sgd': (torch.optim.SGD, dict(lr=0.1)),
    'sgd momentum': (torch.optim.SGD, dict(lr=0.1, momentum=0.9)),
    'sgd dampening': (torch.optim.SGD, dict(lr=0.01, momentum=0.9, dampening=0.9)),
    'adam': (torch.optim.Adam, dict(lr=0.1)),
    'adam betas': (torch.optim.Adam, dict(lr=0.05, betas=(0.8, 0.9))),
    'rmsprop': (torch.optim.RMSprop, dict(lr=0.01)),
    'rmsprop momentum': (torch.optim.RMSprop, dict(lr=0.01, alpha=0.95, momentum=0.5)),
}
out = {'start': start.tolist(), 'gradients': gradients.tolist(), 'after': {}}
for name, (make, options) in cases.items():
    parameter = torch.nn.Parameter(start.clone())
    optimiser = make([parameter], **options)
    path = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimiser.step()
        path.append(parameter.detach().tolist())
    out['after'][name] = path
with open(os.path.join(os.path.dirname(__file__), '../../test/fixtures/optimisers.json'), 'w') as file:
    json.dump(out, file)
