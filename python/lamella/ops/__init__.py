"""Keras's operations, on arrays and at once.

They take arrays, nested lists, numbers, variables and arrays of other libraries, and return arrays. Numbers
of Python's take the type of what is beside them, and 64 bits stay where an array brings them. Nothing is
recorded for gradients: layers and losses of your own have `backward`.

>>> import lamella
>>> lamella.ops.softmax(lamella.ops.matmul([[1.0, 2.0]], [[1.0], [0.5]])).tolist()
[[1.0]]
"""

from lamella.ops import control, core, image, linalg, nn, numpy, signal, special
from lamella.ops.control import *
from lamella.ops.core import *
from lamella.ops.linalg import *
from lamella.ops.linalg import logdet
from lamella.ops.nn import *
from lamella.ops.numpy import *
from lamella.ops.signal import *
from lamella.ops.special import *
from lamella.public_names import publish

__all__ = ["image", "linalg", "logdet", "nn", "numpy"]
__all__ += control.__all__
__all__ += core.__all__
__all__ += linalg.__all__
__all__ += nn.__all__
__all__ += numpy.__all__
__all__ += signal.__all__
__all__ += special.__all__
__all__ = sorted(set(__all__))

publish(__name__, __all__)
