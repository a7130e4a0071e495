"""Keras's operations, on arrays and at once.

They take arrays, nested lists, numbers, variables and arrays of other libraries, and return arrays. Numbers
of Python's take the type of what is beside them, and 64 bits stay where an array brings them. Nothing is
recorded for gradients: layers and losses of your own have `backward`.

>>> import lamella
>>> lamella.ops.softmax(lamella.ops.matmul([[1.0, 2.0]], [[1.0], [0.5]])).tolist()
[[1.0]]
"""

from lamella.base.public_names import publish
from lamella.ops import (
    activations,
    control,
    convolution,
    core,
    creation,
    elementwise,
    image,
    indexing,
    linalg,
    nn,
    normalization,
    numpy,
    products,
    reductions,
    shapes,
    signal,
    sorting,
    special,
)
from lamella.ops.activations import *
from lamella.ops.control import *
from lamella.ops.convolution import *
from lamella.ops.core import *
from lamella.ops.creation import *
from lamella.ops.elementwise import *
from lamella.ops.indexing import *
from lamella.ops.linalg import *
from lamella.ops.linalg import logdet, slogdet
from lamella.ops.normalization import *
from lamella.ops.products import *
from lamella.ops.reductions import *
from lamella.ops.shapes import *
from lamella.ops.signal import *
from lamella.ops.sorting import *
from lamella.ops.special import *

__all__ = ["image", "linalg", "logdet", "nn", "numpy", "slogdet"]
__all__ += activations.__all__
__all__ += control.__all__
__all__ += convolution.__all__
__all__ += core.__all__
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += indexing.__all__
__all__ += linalg.__all__
__all__ += normalization.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += shapes.__all__
__all__ += signal.__all__
__all__ += sorting.__all__
__all__ += special.__all__

publish(__name__, __all__)
