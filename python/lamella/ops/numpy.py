"""What Keras has under `ops.numpy`: the operations that NumPy has under the same names."""

from lamella.base.public_names import publish
from lamella.ops import creation, elementwise, indexing, products, reductions, shapes, sorting
from lamella.ops.activations import tanh
from lamella.ops.control import vectorize
from lamella.ops.core import array, view
from lamella.ops.creation import *
from lamella.ops.elementwise import *
from lamella.ops.indexing import *
from lamella.ops.linalg import slogdet
from lamella.ops.products import *
from lamella.ops.reductions import *
from lamella.ops.shapes import *
from lamella.ops.signal import bartlett, blackman, hamming, hanning, kaiser
from lamella.ops.sorting import *

__all__ = [
    "array",
    "bartlett",
    "blackman",
    "hamming",
    "hanning",
    "kaiser",
    "slogdet",
    "tanh",
    "vectorize",
    "view",
]
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += indexing.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += shapes.__all__
__all__ += sorting.__all__

publish(__name__, __all__)
