"""Keras's data sets, downloaded once and kept where Keras keeps them."""

from lamella.base.public_names import publish
from lamella.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]

publish(__name__, __all__)
