"""What Keras has under `ops.nn`: activations, convolution, pooling, normalisation, scores of classes."""

from lamella.base.public_names import publish
from lamella.ops import activations, convolution, normalization
from lamella.ops.activations import *
from lamella.ops.convolution import *
from lamella.ops.indexing import multi_hot, one_hot
from lamella.ops.normalization import *
from lamella.ops.signal import polar

__all__ = ["multi_hot", "one_hot", "polar"]
__all__ += activations.__all__
__all__ += convolution.__all__
__all__ += normalization.__all__

publish(__name__, __all__)
