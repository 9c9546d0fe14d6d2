"""The cases of operators.json, family by family. Each is checked against ONNX Runtime by operator_fixtures.py."""

from .activation import activations
from .algebra import products, reductions
from .case import grid
from .convolution import convolutions
from .movement import movements
from .normalisation import normalisations
from .pooling import pools
from .resize import resizes

__all__ = ["cases", "grid"]


def cases():
    for family in (convolutions, pools, normalisations, activations, resizes, products, movements, reductions):
        yield from family()
